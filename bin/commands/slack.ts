import { parseArgs } from 'node:util';
import { actionOf, kindOf, type Making, makingOf } from '../../infra/local/emulators/slack/client/answers.ts';
import { findButton } from '../../infra/local/emulators/slack/client/buttons.ts';
import {
  describeEnd,
  followCommand,
  type Outcome,
} from '../../infra/local/emulators/slack/client/follow-command.ts';
import {
  type Sender,
  type Sent,
  sendCommand,
  sendPress,
  slackPatienceMs,
} from '../../infra/local/emulators/slack/client/send.ts';
import { readMessages } from '../../infra/local/emulators/slack/client/stack-client.ts';
import { renderMessage } from '../../infra/local/emulators/slack/render/render.ts';
import { configOf, findSender } from '../../infra/local/play/slack-sender.ts';
import { createTerminal, type Terminal } from '../../infra/local/terminal/terminal.ts';
import type { Config } from '../../lib/config/types.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { Command as SlackCommand } from '../../lib/slack/commands.ts';
import { parseCommand } from '../../lib/slack/parse.ts';
import { type Command, type CommandIo, exitCodes, reporting } from './command.ts';
import { findStack } from './find-stack.ts';

const usage = `Usage: tagboat slack "/undo <app> [environment] [to <tag>]" [options]
       tagboat slack "/tagboat status|history|hold|… …" [options]
       tagboat slack --press BUTTON [options]

Sends a slash command to the local stack, or presses a button in a message there, signed as Slack signs it, and shows what
is answered; of a release, until the verdict.

  --press TEXT    press the newest button with that text; its beginning will do
  --wait SECONDS  how long to wait for what follows (default: as long as the release may take)
  --state DIR     state directory of the stack (default: .tagboat, or that of the stack on the usual port)
  --user ID       who sends it (default: the first that slack.allow names)
  --channel ID    from where (default: the first that slack.allow names)
`;

/** An answer that has to come, but of which nobody knows when. */
const answerPatienceMs = 15_000;

/** `tagboat slack "/undo okeydokey"`, `tagboat slack --press "Put v0.0.4 back"` */
export const run: Command = reporting(usage, async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      press: { type: 'string' },
      wait: { type: 'string' },
      state: { type: 'string' },
      user: { type: 'string' },
      channel: { type: 'string' },
    },
  });
  const line = positionals.join(' ').trim();
  const problem = problemWith(line, values);
  if (problem !== undefined) {
    io.stderr.write(`${problem}\n\n${usage}`);
    return exitCodes.usage;
  }
  const { stack } = await findStack(values.state, io.env);
  const config = configOf(stack.config);
  const { token, ...found } = findSender(stack, config);
  const sender: Sender = {
    ...found,
    origin: stack.url,
    user: values.user ?? found.user,
    channel: values.channel ?? found.channel,
  };
  const terminal = createTerminal(io.stdout, io.env);
  const given =
    values.press === undefined
      ? await giveCommand(line, sender, config)
      : await pressButton(values.press, sender, terminal, io);
  if (given === undefined) return exitCodes.wrong;
  const { sent, command, sourceId } = given;
  const show = (body: Readonly<Record<string, unknown>>): void => {
    for (const text of renderMessage(body, { now: Date.now(), style: terminal.style })) terminal.line(text);
  };
  if (sent.answer !== undefined) show(sent.answer);
  if (sent.tookMs > slackPatienceMs)
    io.stderr.write(`That took ${(sent.tookMs / 1000).toFixed(1)} s; Slack gives up after 3.\n`);
  if (!sent.isOk) return exitCodes.wrong;
  const making = makingOf(command);
  const outcome = await followCommand({
    origin: stack.url,
    token,
    responseId: sent.responseId,
    sourceId,
    since: sent.at,
    acknowledged: sent.answer === undefined ? 'later' : kindOf(sent.answer),
    making,
    show,
    ...(io.clock === undefined ? {} : { clock: io.clock }),
    patienceMs: values.wait === undefined ? patienceFor(making, config) : Number(values.wait) * 1000,
  });
  return conclude(outcome, terminal);
});

const problemWith = (
  line: string,
  { press, wait = '0' }: { readonly press?: string | undefined; readonly wait?: string | undefined },
): string | undefined => {
  if (press !== undefined && line !== '') return 'Either a slash command or --press.';
  if (press === undefined && !line.startsWith('/')) return 'A slash command begins with "/".';
  return Number(wait) >= 0 ? undefined : '--wait takes a number of seconds.';
};

/** A release ends by then, one way or the other: image and rollout have their time, and some goes by in queues. */
const patienceFor = (making: Making | undefined, { apps }: Config): number => {
  if (making === undefined) return answerPatienceMs;
  const { timeout = 0, imageTimeout = 0 } = apps[making.app]?.environments[making.environment] ?? {};
  return (timeout + imageTimeout + 120) * 1000;
};

type Given = {
  readonly sent: Sent;
  /** What was asked for; undefined where nobody can tell. */
  readonly command: SlackCommand | undefined;
  readonly sourceId?: string;
};

const giveCommand = async (line: string, sender: Sender, config: Config): Promise<Given> => {
  const sent = await sendCommand(sender, line);
  const [, name = '', text = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  try {
    const options = { apps: config.apps, now: Date.now(), timeZone: config.slack?.timeZone ?? 'UTC' };
    return { sent, command: parseCommand(name, text, options) };
  } catch (error) {
    // The answer says what is wrong with it.
    if (error instanceof TagboatError) return { sent, command: undefined };
    throw error;
  }
};

/** @returns undefined where there is no such button; what there is was said */
const pressButton = async (
  text: string,
  sender: Sender,
  terminal: Terminal,
  io: CommandIo,
): Promise<Given | undefined> => {
  const found = findButton(text, await readMessages(sender.origin));
  if ('problem' in found) {
    io.stderr.write(`${found.problem}\n`);
    return undefined;
  }
  const { confirm, value } = found.button;
  if (confirm !== undefined) terminal.line(terminal.style.dim(`Slack asks first: ${confirm}`));
  const action = actionOf(value);
  const command = action?.type === 'run' ? action.command : undefined;
  return { sent: await sendPress(sender, found), command, sourceId: found.message.id };
};

/** Says how it ended. @returns the exit code: 0 only for what was answered, be it with a question, and for a healthy release */
const conclude = (outcome: Outcome, { line, style }: Terminal): number => {
  switch (outcome.type) {
    case 'answered':
      return exitCodes.well;
    case 'refused':
      return exitCodes.wrong;
    case 'question':
      line(style.dim('Press one of the buttons: tagboat slack --press TEXT'));
      return exitCodes.well;
    case 'ended':
      line(describeEnd(outcome.release));
      return outcome.release.state === 'healthy' ? exitCodes.well : exitCodes.wrong;
    case 'open':
      line(outcome.release === undefined ? 'Nothing more was heard of it.' : describeEnd(outcome.release));
      return exitCodes.wrong;
  }
};
