import type { TagboatError } from '../errors.ts';
import { familiarName } from '../image.ts';
import { code, codeBlock, escapeMrkdwn, link } from './text.ts';
import type { UndoRequest } from './undo-command.ts';

type Mrkdwn = { readonly type: 'mrkdwn'; readonly text: string };
/** The blocks that are used of Block Kit. https://docs.slack.dev/reference/block-kit/blocks */
export type Block =
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] };

export type SlackMessage = {
  /** Whom a command's answer is for; messages into channels have none. */
  readonly response_type?: 'ephemeral' | 'in_channel';
  /** What notifications and screen readers show, and Slack itself where it cannot show the blocks. */
  readonly text: string;
  readonly blocks: readonly Block[];
};

export type ReleaseState =
  | 'queued'
  | 'waiting-for-image'
  | 'committed'
  | 'rolling-out'
  | 'healthy'
  | 'failed'
  | 'undone'
  | 'superseded'
  | 'skipped';

export type DiagnosisView = {
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly next: string;
  readonly workload?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
};

/** What a message shows of a release. */
export type ReleaseView = {
  readonly id?: string | undefined;
  readonly app: string;
  readonly environment: string;
  /** Normalised name. */
  readonly image: string;
  readonly tag: string;
  readonly state: ReleaseState;
  /** True for the release that an undo makes. */
  readonly isUndo?: boolean | undefined;
  /** Why it failed, was skipped or waits. */
  readonly reason?: string | undefined;
  readonly commit?: string | undefined;
  readonly commitUrl?: string | undefined;
  readonly diagnosis?: readonly DiagnosisView[] | undefined;
  /** Slack user id or name of who asked for it. */
  readonly requestedBy?: string | undefined;
  readonly durationSeconds?: number | undefined;
};

/** Slack takes 50 blocks in a message; a reader takes fewer. */
const maxDiagnoses = 10;

const section = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text } });
const context = (texts: readonly string[]): readonly Block[] =>
  texts.length === 0 ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', text: texts.join('  ·  ') }] }];

const person = (name: string): string =>
  /^[UW][A-Z0-9]{6,20}$/.test(name) ? `<@${name}>` : escapeMrkdwn(name, 100);

const stateWords: Readonly<Record<ReleaseState, { readonly emoji: string; readonly words: string }>> = {
  queued: { emoji: ':inbox_tray:', words: 'is queued' },
  'waiting-for-image': { emoji: ':hourglass_flowing_sand:', words: 'waits for its image' },
  committed: { emoji: ':pencil2:', words: 'is committed' },
  'rolling-out': { emoji: ':rocket:', words: 'is rolling out' },
  healthy: { emoji: ':white_check_mark:', words: 'is healthy' },
  failed: { emoji: ':x:', words: 'failed' },
  undone: { emoji: ':leftwards_arrow_with_hook:', words: 'was undone' },
  superseded: { emoji: ':fast_forward:', words: 'was overtaken' },
  skipped: { emoji: ':fast_forward:', words: 'was skipped' },
};

const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

const diagnosisBlocks = (diagnosis: readonly DiagnosisView[]): readonly Block[] => {
  const shown = diagnosis.slice(0, maxDiagnoses).map((one) => {
    const place = [one.workload, one.pod, one.container].filter((part) => part !== undefined && part !== '');
    const where = place.length === 0 ? '' : `\n${code(place.join(' / '))}`;
    const evidence = one.evidence.length === 0 ? '' : `\n${codeBlock(one.evidence, 1500)}`;
    return section(
      `*${escapeMrkdwn(one.summary, 600)}*${where}${evidence}\n${escapeMrkdwn(`Next: ${one.next}`, 500)}`,
    );
  });
  const more = diagnosis.length - shown.length;
  return more > 0 ? [...shown, section(`… and ${more} more`)] : shown;
};

/** The progress and the verdict of a release. */
export const releaseMessage = (release: ReleaseView): SlackMessage => {
  const { app, environment, image, tag, state, reason } = release;
  const { emoji, words } = stateWords[state];
  const what = release.isUndo === true ? 'undo to ' : '';
  const because = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const commit = release.commit?.slice(0, 7) ?? 'commit';
  const details = [
    code(`${familiarName(image)}:${tag}`),
    ...(release.commitUrl === undefined ? [] : [link(release.commitUrl, commit)]),
    ...(release.durationSeconds === undefined ? [] : [duration(release.durationSeconds)]),
    ...(release.requestedBy === undefined ? [] : [`asked for by ${person(release.requestedBy)}`]),
    ...(release.id === undefined ? [] : [escapeMrkdwn(release.id, 200)]),
  ];
  return {
    text: escapeMrkdwn(`${app} → ${environment}: ${what}${tag} ${words}${because}`, 3000),
    blocks: [
      section(
        `${emoji} *${escapeMrkdwn(app, 200)}* → *${escapeMrkdwn(environment, 200)}*: ${what}${code(tag)} ${words}${escapeMrkdwn(because, 1500)}`,
      ),
      ...diagnosisBlocks(release.diagnosis ?? []),
      ...context(details),
    ],
  };
};

/** The answer to `/undo` within its three seconds; everybody in the channel sees who does what. */
export const ackUndo = (undo: UndoRequest & { readonly requestedBy: string }): SlackMessage => {
  const target = undo.to === undefined ? 'the last healthy version' : undo.to;
  const shown = undo.to === undefined ? target : code(undo.to);
  return {
    response_type: 'in_channel',
    text: escapeMrkdwn(`Undoing ${undo.app} in ${undo.environment}, back to ${target}`),
    blocks: [
      section(
        `:leftwards_arrow_with_hook: Undoing *${escapeMrkdwn(undo.app, 200)}* in *${escapeMrkdwn(undo.environment, 200)}*, back to ${shown}`,
      ),
      ...context([`asked for by ${person(undo.requestedBy)}`]),
    ],
  };
};

/** The same, for whoever asks for an undo that somebody else asked for first: the verdict goes to that person. */
export const alreadyUnderWay = (ack: SlackMessage): SlackMessage => ({
  ...ack,
  text: `${ack.text} (already under way)`,
  blocks: [...ack.blocks, ...context(['already under way; the verdict goes to whoever asked first'])],
});

/**
 * A polite no, or what was not understood, to nobody but who asked.
 * @param ask ids of the people who could help
 */
export const refusal = (error: TagboatError, ask: readonly string[] = []): SlackMessage => ({
  response_type: 'ephemeral',
  text: escapeMrkdwn(`Sorry, no: ${error.message}`),
  blocks: [
    section(`:no_entry_sign: Sorry, no: ${escapeMrkdwn(error.message, 2000)}`),
    ...context([
      ...(ask.length === 0 ? [] : [`Ask ${ask.slice(0, 10).map(person).join(', ')}`]),
      escapeMrkdwn(error.next, 500),
      code(error.code),
    ]),
  ],
});
