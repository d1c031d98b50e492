import type {
  ActionsBlock,
  ColorScheme,
  Confirm,
  ContextBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
  Button as SlackButton,
} from '@slack/types';
import { actionIdPrefix, tryEncodeAction } from '../action.ts';
import type { Action } from '../commands.ts';
import { escapeMrkdwn } from '../text.ts';

/**
 * `verbatim`: nothing but what we mark up ourselves becomes a link or a mention; `@here` in a log line stays text.
 * https://docs.slack.dev/reference/block-kit/composition-objects/text-object
 */
interface VerbatimMrkdwn extends MrkdwnElement {
  verbatim: true;
}

/** A button that sends an action: `value` is what `encodeAction` makes of it. */
export interface Button extends SlackButton {
  action_id: string;
  value: string;
  /** Slack requires these three as well; its type leaves them optional. */
  confirm?: Confirm & Required<Pick<Confirm, 'title' | 'confirm' | 'deny'>>;
}

interface TextSection extends SectionBlock {
  text: VerbatimMrkdwn;
}

interface TextContext extends ContextBlock {
  elements: VerbatimMrkdwn[];
}

interface ButtonRow extends ActionsBlock {
  elements: Button[];
}

/** The blocks that are used of Block Kit. https://docs.slack.dev/reference/block-kit/blocks */
export type Block = TextSection | TextContext | ButtonRow;

export type SlackMessage = {
  /** Whom a command's answer is for; messages into channels have none. */
  readonly response_type?: 'ephemeral' | 'in_channel';
  /** In answer to a button: takes the place of the message with the button. */
  readonly replace_original?: boolean;
  /** In answer to a button: takes that message away. */
  readonly delete_original?: boolean;
  /** What notifications and screen readers show, and Slack itself where it cannot show the blocks. */
  readonly text: string;
  readonly blocks: readonly Block[];
};

/** Slack's limits, and one of its own that no page names. */
export const limits = {
  blocks: 50,
  /** Of a section, or of an element of a context. */
  text: 3000,
  actionElements: 25,
  buttonText: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /**
   * Characters of all blocks together, as JSON. Slack refuses messages from about 13,000 on (`msg_blocks_too_long`), and
   * counts more than the texts. https://github.com/slackapi/bolt-js/issues/2509
   */
  message: 10_000,
} as const;

const mrkdwn = (text: string): VerbatimMrkdwn => ({ type: 'mrkdwn', text, verbatim: true });
const plain = (text: string, limit: number): PlainTextElement => ({
  type: 'plain_text',
  text: escapeMrkdwn(text === '' ? '-' : text, limit),
});

/** @param text ready-made mrkdwn of at most 3000 characters */
export const section = (text: string): Block => ({ type: 'section', text: mrkdwn(text) });

/** Small print: the texts in a row, those that fit; or no block where there are none. */
export const context = (texts: readonly string[]): readonly Block[] => {
  const line = texts.reduce((before, text) => {
    const joined = before === '' ? text : `${before}  ·  ${text}`;
    return joined.length > limits.text ? before : joined;
  }, '');
  return line === '' ? [] : [{ type: 'context', elements: [mrkdwn(line)] }];
};

export type ButtonOptions = {
  readonly text: string;
  readonly action: Action;
  readonly style?: ColorScheme;
  /** Asked by Slack itself, before anything is sent. */
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly yes: string;
    readonly no: string;
  };
};

const makeButton = ({ text, action, style, confirm }: ButtonOptions, index: number): readonly Button[] => {
  const value = tryEncodeAction(action);
  // No name that the configuration allows is that long; a message without a button is better than none
  if (value === undefined) return [];
  const styled = style === undefined ? {} : { style };
  return [
    {
      type: 'button',
      // Has to differ within a block
      action_id: `${actionIdPrefix}${index}`,
      text: plain(text, limits.buttonText),
      value,
      ...styled,
      ...(confirm === undefined
        ? {}
        : {
            confirm: {
              title: plain(confirm.title, limits.confirmTitle),
              text: plain(confirm.text, limits.confirmText),
              confirm: plain(confirm.yes, limits.confirmButton),
              deny: plain(confirm.no, limits.confirmButton),
              ...styled,
            },
          }),
    },
  ];
};

/** A row of buttons, at most 25; no block where there are none. */
export const actions = (buttons: readonly ButtonOptions[]): readonly Block[] => {
  const elements = buttons.flatMap(makeButton).slice(0, limits.actionElements);
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
};

const sizeOf = (blocks: readonly Block[]): number =>
  blocks.reduce((size, block) => size + JSON.stringify(block).length, 0);

/**
 * A message that Slack takes: where all would be too much, the last of `body` are left out, and it says how many.
 * @param head and `tail` always stay
 */
export const compose = (
  head: readonly Block[],
  body: readonly Block[],
  tail: readonly Block[] = [],
): readonly Block[] => {
  // What is said in the place of the rest has its room, too
  let room = limits.message - sizeOf([...head, ...tail]) - 200;
  const tooLarge = body.findIndex((block) => {
    room -= sizeOf([block]);
    return room < 0;
  });
  const most = limits.blocks - head.length - tail.length;
  const fitting = tooLarge === -1 ? body.length : tooLarge;
  if (fitting === body.length && fitting <= most) return [...head, ...body, ...tail];
  const kept = Math.min(fitting, most - 1);
  return [...head, ...body.slice(0, kept), section(`… and ${body.length - kept} more`), ...tail];
};

/** Lines in as few sections as take them. @param lines ready-made mrkdwn, each of at most 3000 characters */
export const sections = (lines: readonly string[]): readonly Block[] => {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= limits.text)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
};
