import { createHash } from 'node:crypto';
import { isRetryable } from '../errors.ts';
import type { SlackClient } from '../slack/client.ts';
import { releaseMessage, reminderMessage, type SlackMessage } from '../slack/messages.ts';
import type { ReleaseView } from '../view/release.ts';
import type { Memory, Notifier, Recipients } from './notifier.ts';

/** What a channel wants to see of every release; a message that is there already follows it through all others too. */
const worthAMessage = new Set<string>([
  'waiting-for-image',
  'rolling-out',
  'healthy',
  'failed',
  'superseded',
]);
/** What the user of a command waits for. A response_url takes five answers. */
const worthAnAnswer = new Set<string>([
  'rolling-out',
  'healthy',
  'failed',
  'skipped',
  'superseded',
  'undone',
]);

/** A message that stands in a channel, a digest of what it says, and the state it tells. */
type Post = {
  readonly channel: string;
  readonly ts: string;
  readonly print: string;
  readonly state: string;
};
/** `channel`: in the channel of `notify.slack`; `asked`: where the command was typed; `answers`: states told to its response_url. */
type Shown = Memory & {
  /** The time of the last reminder that was posted, in milliseconds since 1970. */
  readonly reminded?: number | undefined;
  readonly channel?: Post | undefined;
  readonly asked?: Post | undefined;
  readonly answers?: readonly string[];
};

/**
 * Keeps one message for a release, edited as it goes, in the channel of `notify.slack`, and another one where the command
 * that asked for it was typed, if that was elsewhere. Without a bot token, or in a channel that the bot may not post into,
 * a few answers to the command's response_url take its place.
 * @param client made when there is something to say
 * @param posts whether there is a bot token to post into channels with
 */
export const createSlackNotifier = (client: () => Promise<SlackClient>, posts: boolean): Notifier => ({
  name: 'slack',
  concerns: ({ slack, responseUrl, askedFrom }) =>
    responseUrl !== undefined || (posts && (slack !== undefined || askedFrom !== undefined)),
  tell: async (release, recipients, memory, remember) => {
    let shown: Shown = memory ?? {};
    const note = (more: Shown): void => {
      shown = { ...shown, ...more };
      remember(shown);
    };
    const message = releaseMessage(release);
    const { state } = release;
    const channel = recipients.slack;
    const isNews = isWorthAMessage(release);
    let refusal: unknown;
    if (posts && channel !== undefined && (shown.channel !== undefined || isNews))
      await show(client, channel, shown.channel, { message, state, isNews }, (post) =>
        note({ channel: post }),
      ).catch((error: unknown) => {
        if (isRetryable(error)) throw error;
        // The user of the command is told all the same.
        refusal = error;
      });
    if (recipients.responseUrl !== undefined)
      await tellAsker(client, posts, release, recipients, shown, message, note);
    await remind(client, release, shown, note);
    if (refusal !== undefined) throw refusal;
  },
});

const isWorthAMessage = ({ state, reason, putOff }: ReleaseView): boolean =>
  worthAMessage.has(state) || putOff !== undefined || (state === 'skipped' && reason?.code === 'held');

const isWorthAnAnswer = ({ state, putOff }: ReleaseView): boolean =>
  worthAnAnswer.has(state) || putOff !== undefined;

/** Once for every reminder that is due, where the release's message stands. */
const remind = async (
  client: () => Promise<SlackClient>,
  release: ReleaseView,
  { channel, asked, reminded = 0 }: Shown,
  note: (more: Shown) => void,
): Promise<void> => {
  const { at = 0, remindedAt = 0 } = release.state === 'rolling-out' ? (release.paused ?? {}) : {};
  const where = channel ?? asked;
  if (where === undefined || remindedAt <= reminded) return;
  await (await client()).post(where.channel, reminderMessage(release, remindedAt - at));
  note({ reminded: remindedAt });
};

const tellAsker = async (
  client: () => Promise<SlackClient>,
  posts: boolean,
  release: ReleaseView,
  { askedFrom, responseUrl }: Recipients,
  { channel, asked, answers = [] }: Shown,
  message: SlackMessage,
  note: (more: Shown) => void,
): Promise<void> => {
  if (askedFrom !== undefined && channel?.channel === askedFrom) return;
  const { state } = release;
  const isNews = isWorthAnAnswer(release);
  if (!isNews && asked === undefined) return;
  if (posts && askedFrom !== undefined && answers.length === 0)
    try {
      await show(client, askedFrom, asked, { message, state, isNews }, (post) => note({ asked: post }));
      return;
    } catch (error) {
      // A direct message, or a private channel without the bot in it: the response_url reaches both.
      if (isRetryable(error) || !isNews || asked?.state === state) throw error;
    }
  if (responseUrl === undefined || !isNews || answers.includes(state)) return;
  // The question that the command was the answer to, or the message whose button it was, stays as it is.
  const answer = { ...message, response_type: 'in_channel', replace_original: false } as const;
  await (await client()).respond(responseUrl, answer);
  note({ answers: [...answers, state] });
};

type Shows = {
  readonly message: SlackMessage;
  readonly state: string;
  /** True where the state is worth a message of its own. */
  readonly isNews: boolean;
};

/**
 * Posts the message, or edits the one that stands; nothing where it says so already. One that cannot be edited any more,
 * because it was deleted perhaps, is posted anew where the state is news; what is no news is not tried again.
 */
const show = async (
  client: () => Promise<SlackClient>,
  channel: string,
  posted: Post | undefined,
  { message, state, isNews }: Shows,
  note: (post: Post) => void,
): Promise<void> => {
  const print = createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 22);
  if (posted?.print === print) return;
  const slack = await client();
  const post = async () => note({ ...(await slack.post(channel, message)), print, state });
  if (posted === undefined) return post();
  try {
    note({ ...(await slack.update(posted.channel, posted.ts, message)), print, state });
  } catch (error) {
    if (isRetryable(error)) throw error;
    if (isNews && posted.state !== state) return post();
    note({ ...posted, print });
    throw error;
  }
};
