import { type Actor, actorText } from '../../actor.ts';
import { type Reason, reasonText } from '../../view/reason.ts';
import type { ReleaseState, ReleaseView, RolloutPhase } from '../../view/release.ts';
import { code, escapeMrkdwn } from '../text.ts';

/** A mention of a Slack user, `github: octocat`, `Tagboat (onFailure: undo)`. */
export const requester = (actor: Actor): string => {
  switch (actor.type) {
    case 'slack':
      return mention(actor.user);
    case 'webhook':
      return escapeMrkdwn(`${actor.source}: ${actor.user ?? 'unknown'}`, 100);
    case 'on-failure':
      return 'Tagboat (onFailure: undo)';
    case 'cluster':
      return actorText(actor);
  }
};

/** What is no id of Slack's, is shown as it is. */
export const mention = (user: string): string =>
  /^[UW][A-Z0-9]{6,20}$/.test(user) ? `<@${user}>` : escapeMrkdwn(user, 100);

/** `2026-11-23 16:05 UTC` */
const inUtc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Seconds that both Slack and Date can name: up to the year 9999. */
const isTime = (at: number): boolean => at >= 0 && at < 253_402_300_800_000;

/**
 * A time in the reader's zone and way of writing; where Slack cannot, in UTC.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export const time = (at: number): string =>
  isTime(at)
    ? `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${inUtc(at)}>`
    : 'at an unknown time';

/** The same for the line that notifications show, in which Slack does not format dates. */
export const timeText = (at: number): string => (isTime(at) ? inUtc(at) : 'an unknown time');

/**
 * A reason for people: users and times as Slack shows them, and a newer release without its id.
 * @param limit of characters, but for the few words around its parts
 */
export const because = (reason: Reason, limit: number, show: (at: number) => string = time): string =>
  reasonText(reason, {
    actor: requester,
    time: (iso) => show(Date.parse(iso)),
    newer: () => 'a newer release',
    name: (text) => escapeMrkdwn(text, 150),
    text: (text) => escapeMrkdwn(text, limit),
  });

export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** `*okeydokey* → *production*` */
export const place = ({ app, environment }: { readonly app: string; readonly environment: string }): string =>
  `*${escapeMrkdwn(app, 200)}* → *${escapeMrkdwn(environment, 200)}*`;

/** `#12`, where it is known. */
export const numbers = (number: number | undefined): readonly string[] =>
  number === undefined ? [] : [`#${Math.trunc(number)}`];

/** The tag in backticks; for a hold, `*` is everything. */
export const held = (tag: string): string => (tag === '*' ? 'every tag' : code(tag));

type Words = { readonly emoji: string; readonly words: string };

const stateWords: Readonly<Record<ReleaseState, Words>> = {
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

const phaseWords: Readonly<Record<RolloutPhase, Words>> = {
  'waiting-for-agent': {
    emoji: ':hourglass_flowing_sand:',
    words: 'is committed and waits for the agent to apply it',
  },
  applied: { emoji: ':rocket:', words: 'is applied; the cluster has yet to act on it' },
  'rolling-out': stateWords['rolling-out'],
  paused: { emoji: ':double_vertical_bar:', words: 'is paused' },
  'waiting-for-person': { emoji: ':raised_hand:', words: 'waits for somebody to delete the old pods' },
};

/** True where nobody paused it: its old pods are left to a person. */
export const awaitsDeletion = ({ paused, phase }: Pick<ReleaseView, 'paused' | 'phase'>): boolean =>
  phase === 'waiting-for-person' && (paused === undefined || paused.by.type === 'cluster');

/** What to call the state, and how far it is while it is under way. */
export const wordsOf = ({ state, phase, paused, undoneFrom }: ReleaseView): Words => {
  if (state === 'undone' && undoneFrom === 'failed')
    return { ...stateWords.undone, words: 'failed and was undone' };
  if (state !== 'committed' && state !== 'rolling-out') return stateWords[state];
  if (paused !== undefined && !awaitsDeletion({ paused, phase })) return phaseWords.paused;
  return phase === undefined ? stateWords[state] : phaseWords[phase];
};

/** True while there is progress to show. */
export const isUnderWay = ({ state }: Pick<ReleaseView, 'state'>): boolean =>
  state === 'queued' || state === 'waiting-for-image' || state === 'committed' || state === 'rolling-out';
