import { type Outcome, pausedPrefix } from './comparison.ts';
import type { Version } from './history.ts';
import { errors, type KubectlSays } from './judge.ts';

/**
 * Where the poller means to differ from kubectl, by name. There is no other difference, and each is asserted to be just
 * what it is.
 *
 * - `none`: both come to the same end in the same words.
 * - `fails sooner`: kubectl still waits, and nothing is done; the poller knows that nothing will be, or its time is up.
 * - `on delete`: kubectl refuses the update strategy OnDelete; the poller waits until the old pods have been deleted.
 * - `follows`: kubectl goes on with whatever template the workload is given; the poller says `superseded`.
 * - `waits for availability`: kubectl is content with a StatefulSet whose pods are ready; the poller waits until they have
 *   been so for `minReadySeconds`, in words of its own.
 *   (Where a pod falls back for a moment, it may find that out before the counts do, and says so in any comparison.)
 * - `deleted`: kubectl says that the object was deleted; the poller has failed, in words of its own.
 * - `interrupted`: what a broken watch has missed is not said, and kubectl says again what it finds when it looks anew.
 */
export type Difference =
  | 'none'
  | 'fails sooner'
  | 'on delete'
  | 'follows'
  | 'waits for availability'
  | 'deleted'
  | 'interrupted';

/** Where in the history the lines are those of as many versions in a row; several places where versions say the same. */
const runsOf = (history: readonly Version[], lines: readonly string[]): readonly number[] =>
  [...history.keys()].filter((start) =>
    lines.every((line, offset) => history[start + offset]?.message === line),
  );

/** Whether kubectl, had it seen the versions from there on, had to end where and as it did. */
const endsRight = (history: readonly Version[], kubectl: KubectlSays, start: number): boolean => {
  const { lines, code, error } = kubectl;
  const seen = history.slice(start, start + lines.length);
  const next = history[start + lines.length];
  const end = seen.findIndex(({ type }) => type !== 'waiting');
  if (code === 0) return seen[end]?.type === 'done' && end === seen.length - 1;
  if (code === null) return end === -1 && lines.length > 0;
  if (error === errors.deleted) return end === -1 && next === undefined;
  // It says nothing where the first version it sees has failed.
  return end === -1 && next?.type === 'failed' && error === `error: ${next.message}`;
};

const isOrderedPart = (part: readonly string[], whole: readonly string[]): boolean => {
  let from = 0;
  return part.every((one) => {
    from = whole.indexOf(one, from) + 1;
    return from > 0;
  });
};

/** Without what says the same as the one before. */
const news = (messages: readonly string[]): readonly string[] =>
  messages.filter((message, index) => message !== messages[index - 1]);

const wordsOf = (history: readonly Version[]): readonly string[] =>
  news(history.map(({ message }) => message));

/**
 * What kubectl said that the versions do not account for; none: it is what our own rules make of them. It prints a line
 * for each version from the one that it lists first to the one that ends it; so its lines must be what is to be said of
 * as many versions in a row, and it must end at the first that is done or failed.
 */
export const kubectlAgainst = (
  history: readonly Version[],
  kubectl: KubectlSays,
  difference: Difference = 'none',
): readonly string[] => {
  if (difference === 'on delete')
    return kubectl.code === 1 && kubectl.error === errors.onDelete && kubectl.lines.length === 0
      ? []
      : ['kubectl did not refuse OnDelete'];
  if (difference === 'interrupted')
    return isOrderedPart(news(kubectl.lines), wordsOf(history)) ? [] : ['kubectl’s lines are not in order'];
  const runs = runsOf(history, kubectl.lines);
  if (runs.length === 0) return ['kubectl’s lines are not those of versions in a row'];
  if (!runs.some((start) => endsRight(history, kubectl, start)))
    return ['kubectl did not end where the versions end'];
  return [];
};

/** Behind the counts of a StatefulSet: the poller looks at the pods themselves before it says that all is well. */
const forPods = {
  ready: /^Waiting for statefulset "web": \d of \d new pods are available\.\.\.$/,
  readyLongEnough:
    /^Waiting for statefulset "web": \d of \d new pods are available \(minReadySeconds is \d\)\.\.\.$/,
};

/** The poller says what is new of the versions it gets to see (it looks at the latest), and so an ordered part of it all. */
const pollerAgainst = (outcome: Outcome, difference: Difference): readonly string[] => {
  const { history, image, poller, hasWavered } = outcome;
  const waitsOn = difference === 'waits for availability';
  const isOwn = (message: string): boolean =>
    (waitsOn && forPods.readyLongEnough.test(message)) || (hasWavered && forPods.ready.test(message));
  const messages = poller.messages.filter((message) => !isOwn(message));
  const words = history
    .filter((version) => version.image === image)
    .map(({ type, message, isPaused }) =>
      isPaused && type === 'waiting' ? pausedPrefix('web') + message : message,
    );
  return Object.entries({
    'the poller did not wait for availability': waitsOn && !poller.messages.some(isOwn),
    'the poller repeated itself': news(poller.messages).length !== poller.messages.length,
    'the poller’s messages are not those of versions in order': !isOrderedPart(messages, news(words)),
  }).flatMap(([what, holds]) => (holds ? [what] : []));
};

const isHealthy = ({ poller, kubectl }: Outcome): boolean =>
  kubectl.code === 0 && poller.watched.type === 'healthy' && poller.watched.message === kubectl.lines.at(-1);

const isFailed = ({ history, poller, kubectl }: Outcome): boolean => {
  const reason = history.find(({ type }) => type === 'failed')?.message;
  return (
    reason !== undefined &&
    poller.watched.type === 'failed' &&
    poller.watched.reason === reason &&
    kubectl.error === `error: ${reason}`
  );
};

const ends: Readonly<Record<Difference, (outcome: Outcome) => boolean>> = {
  none: (outcome) => isHealthy(outcome) || isFailed(outcome),
  interrupted: isHealthy,
  'waits for availability': isHealthy,
  'fails sooner': ({ history, poller, kubectl }) =>
    kubectl.code === null && poller.watched.type === 'failed' && !history.some(({ type }) => type === 'done'),
  'on delete': ({ history, poller }) =>
    poller.watched.type === 'healthy' &&
    poller.watched.message === history.findLast(({ type }) => type === 'done')?.message,
  follows: ({ history, image, poller, kubectl }) =>
    kubectl.code === 0 &&
    poller.watched.type === 'superseded' &&
    !history.some((version) => version.image === image && version.type === 'done'),
  deleted: ({ poller, kubectl }) =>
    kubectl.code === 1 && kubectl.error === errors.deleted && poller.watched.type === 'failed',
};

/**
 * What the two did not agree on; none: they agree. Scheduling cannot change the answer, because both are held against
 * every version that the workload had, and then against one another.
 */
export const disagreements = (outcome: Outcome, difference: Difference = 'none'): readonly string[] => [
  ...kubectlAgainst(outcome.history, outcome.kubectl, difference),
  ...pollerAgainst(outcome, difference),
  ...(ends[difference](outcome) ? [] : [`they did not end as they should (${difference})`]),
];

/** All there is to know about a disagreement. */
export const report = ({ history, kubectl, poller, steps, log }: Outcome): string =>
  [
    'versions:',
    ...history.map(
      ({ resourceVersion, image, type, message }) => `  ${resourceVersion} ${image} ${type}: ${message}`,
    ),
    `kubectl, exit ${kubectl.code ?? 'none, it was stopped'}:`,
    ...[...kubectl.lines, kubectl.error].map((line) => `  ${line}`),
    `poller, ${JSON.stringify(poller.watched)}:`,
    ...poller.messages.map((message) => `  ${message}`),
    ...log.map((line) => `  log: ${line}`),
    'steps:',
    ...steps.map((step) => `  ${step}`),
  ].join('\n');
