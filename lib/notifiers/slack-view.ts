import type { Offer, ReleaseState, ReleaseView } from '../slack/messages.ts';
import type { Notification } from './notifier.ts';

/** What Slack's message of a release shows. */
export const viewOf = (notification: Notification): ReleaseView => {
  const { kind, previous, state, undoneFrom, failure, diagnosis } = notification;
  const hasFailed = state === 'failed' || (state === 'undone' && undoneFrom === 'failed');
  return {
    ...notification,
    state: state as ReleaseState,
    undoneFrom: undoneFrom as ReleaseState | undefined,
    isUndo: kind === 'undo',
    previousTag: previous?.tag,
    // Who undid it is said by itself.
    reason: state === 'undone' ? failure?.reason : notification.reason,
    diagnosis: hasFailed ? diagnosis : [],
    endedAt: state === 'undone' ? undefined : notification.endedAt,
    offers: offersOf(notification),
  };
};

/** What somebody may want to do about a release; nothing about one that stands no more. */
const offersOf = ({
  stands,
  canPause,
  kind,
  state,
  paused,
  phase,
  undoneTag,
}: Notification): readonly Offer[] => {
  if (!stands) return [];
  const rolls: readonly Offer[] =
    paused !== undefined || (phase === 'paused' && canPause)
      ? ['resume']
      : state === 'rolling-out' && canPause
        ? ['pause']
        : [];
  const back: readonly Offer[] = kind === 'undo' && undoneTag !== undefined ? ['put-back'] : ['undo'];
  return state === 'rolling-out' || state === 'healthy' || state === 'failed' ? [...rolls, ...back] : [];
};
