import type { Hold } from '../../view/hold.ts';
import type { Command } from '../commands.ts';
import { code, escapeMrkdwn } from '../text.ts';
import { usages } from '../usage.ts';
import { actions, type ButtonOptions, context, type SlackMessage, section } from './block-kit.ts';
import { holdLine } from './holds.ts';

/** A command that needs to know where. */
export type PlacedCommand = Exclude<Command, { readonly type: 'help' | 'status' | 'history' | 'holds' }>;

/** With one more for Cancel, they still fit into a row. */
const maxEnvironments = 20;

const cancel: ButtonOptions = { text: 'Cancel', action: { type: 'cancel' } };

/** What a command is about to do, in words that fit in front of a place. */
const doing = (command: PlacedCommand): { readonly plain: string; readonly shown: string } => {
  const make = (before: string, tag: string | undefined, after: string) => ({
    plain: `${before}${tag ?? ''}${after}`,
    shown: `${before}${tag === undefined ? '' : code(tag)}${after}`,
  });
  const tagged = (tag: string) => (tag === '*' ? undefined : tag);
  switch (command.type) {
    case 'undo':
      if (command.number !== undefined) return make('Undo, back to ', `#${command.number}`, '');
      return command.to === undefined ? make('Undo', undefined, '') : make('Undo, back to ', command.to, '');
    case 'hold':
    case 'unhold': {
      const verb = command.type === 'hold' ? 'Hold' : 'Lift the hold on';
      const tag = tagged(command.tag);
      return make(`${verb} `, tag, tag === undefined ? 'every tag' : '');
    }
    case 'release':
      return make('Release ', command.tag, '');
    case 'pause':
      return make('Pause the rollout', undefined, '');
    case 'resume':
      return make('Resume the rollout', undefined, '');
  }
};

/**
 * Which environment is meant, where an app has several: a button each. An undo is not asked about again: choosing where is
 * answer enough.
 */
export const askEnvironment = (command: PlacedCommand, environments: readonly string[]): SlackMessage => {
  const { plain, shown } = doing(command);
  const offered = environments.slice(0, maxEnvironments);
  const left = environments.length - offered.length;
  // Nothing is taken for granted, though there is only one that the asker may name here
  const which = environments.length === 1 ? 'Is this the one you mean?' : 'Which one?';
  const choices = offered.map(
    (environment): ButtonOptions => ({
      text: environment,
      action: {
        type: 'run',
        command: { ...command, environment },
        ...(command.type === 'undo' ? { confirmed: true } : {}),
      },
    }),
  );
  return {
    response_type: 'ephemeral',
    text: escapeMrkdwn(
      `${plain}: ${command.app} has several environments; ${which[0]?.toLowerCase()}${which.slice(1)}`,
      3000,
    ),
    blocks: [
      section(`${shown}: *${escapeMrkdwn(command.app, 200)}* has several environments. ${which}`),
      ...actions([...choices, cancel]),
      ...context(
        left > 0
          ? [`There are ${left} more; name one in the command: ${code(usages[command.type].usage)}`]
          : [],
      ),
    ],
  };
};

export type Question = {
  readonly command: Command;
  /** The id of the release that has to stand still for the answer to mean what the question says. */
  readonly expect?: string | undefined;
  /** `Release v0.0.4 although it is held?` */
  readonly title: string;
  readonly details: readonly string[];
  /** What stands in the way. */
  readonly hold?: Hold | undefined;
  /** Text of the button that says yes. */
  readonly yes: string;
  /** True where the button should look like something to think about. */
  readonly danger: boolean;
};

/** Asks the user to confirm a command. */
export const askConfirmation = ({
  command,
  expect,
  title,
  details,
  hold,
  yes,
  danger,
}: Question): SlackMessage => ({
  response_type: 'ephemeral',
  text: escapeMrkdwn(title === '' ? 'Really?' : title, 3000),
  blocks: [
    section(
      [
        `*${escapeMrkdwn(title === '' ? 'Really?' : title, 300)}*`,
        ...(hold === undefined ? [] : [holdLine(hold)]),
        ...details.slice(0, 5).map((detail) => escapeMrkdwn(detail, 400)),
      ].join('\n'),
    ),
    ...actions([
      {
        text: yes,
        style: danger ? 'danger' : 'primary',
        action: { type: 'run', command, confirmed: true, ...(expect === undefined ? {} : { expect }) },
      },
      cancel,
    ]),
  ],
});

/** In the place of a question that was answered with Cancel. */
export const cancelled = (): SlackMessage => ({
  response_type: 'ephemeral',
  replace_original: true,
  text: 'Cancelled; nothing was changed.',
  blocks: [section('Cancelled; nothing was changed.')],
});
