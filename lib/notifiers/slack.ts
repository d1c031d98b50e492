import type { SlackClient } from '../slack/client.ts';
import { type ReleaseState, releaseMessage } from '../slack/messages.ts';
import type { Notification, Notifier, Target } from './notifier.ts';

/** What a channel wants to know of every release: that it started, and how it ended. */
const forChannels = new Set<string>(['rolling-out', 'healthy', 'failed', 'superseded', 'undone']);
/** What somebody who typed a command waits for; Slack takes five answers, the first is the acknowledgement. */
const forCommands = new Set<string>(['rolling-out', 'healthy', 'failed', 'skipped', 'superseded', 'undone']);

const messageOf = (notification: Notification) =>
  releaseMessage({
    id: notification.id,
    app: notification.app,
    environment: notification.environment,
    image: notification.image,
    tag: notification.tag,
    state: notification.state as ReleaseState,
    isUndo: notification.kind === 'undo',
    reason: notification.reason,
    commit: notification.commit,
    commitUrl: notification.commitUrl,
    diagnosis: notification.state === 'failed' ? notification.diagnosis : [],
    requestedBy: notification.requestedBy.replace(/^slack:/, ''),
  });

/**
 * Tells a channel (`notify.slack`), and whoever asked for the release with a slash command.
 * @param client made when there is something to say
 * @param posts whether there is a bot token to post into channels with
 */
export const createSlackNotifier = (client: () => Promise<SlackClient>, posts: boolean): Notifier => ({
  name: 'slack',
  targets: (notification) => {
    const targets: Target[] = [];
    const channel = notification.notify.slack;
    if (posts && channel !== undefined && forChannels.has(notification.state))
      targets.push({
        name: 'slack:channel',
        send: async () => {
          await (await client()).post(channel, messageOf(notification));
        },
      });
    const { responseUrl } = notification;
    if (responseUrl !== undefined && forCommands.has(notification.state))
      targets.push({
        name: 'slack:command',
        send: async () =>
          (await client()).respond(responseUrl, { ...messageOf(notification), response_type: 'in_channel' }),
      });
    return targets;
  },
});
