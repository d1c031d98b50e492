import type { Version } from './history.ts';
import type { Outcome } from './side-by-side.ts';

const timedOut = 'error: timed out waiting for the condition';

/** Where in the history the lines are those of as many versions in a row; several places where versions say the same. */
const runsOf = (history: readonly Version[], lines: readonly string[]): readonly number[] =>
  [...history.keys()].filter((start) =>
    lines.every((line, offset) => history[start + offset]?.message === line),
  );

/** Whether kubectl, had it seen the versions from there on, had to end where and as it did. */
const endsRight = ({ history, kubectl }: Outcome, start: number): boolean => {
  const { lines, code, error } = kubectl;
  const seen = history.slice(start, start + lines.length);
  const next = history[start + lines.length];
  const end = seen.findIndex(({ type }) => type !== 'waiting');
  if (code === 0) return seen[end]?.type === 'done' && end === seen.length - 1;
  if (error === timedOut) return end === -1 && lines.length > 0;
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

/**
 * What the two did not agree on; none: they agree. Scheduling cannot change the answer, because both are held against
 * every version that the workload had:
 *
 * - kubectl prints a line for each version from the one that it lists first to the one that ends it; so its lines must
 *   be what is to be said of as many versions in a row, and it must end at the first that is done or failed.
 * - the poller says what is new of the versions it gets to see (it looks at the latest); so what it says must be an
 *   ordered part of what was new.
 * - both come to the same end, in the same words; unless kubectl only stopped waiting, and then no version was done.
 */
export const disagreements = (outcome: Outcome): readonly string[] => {
  const { history, kubectl, poller } = outcome;
  const { watched, messages } = poller;
  const runs = runsOf(history, kubectl.lines);
  const said = news(history.map(({ message }) => message));
  const failed = history.find(({ type }) => type === 'failed');
  const last = watched.type === 'failed' ? watched.reason : messages.at(-1);
  return Object.entries({
    'kubectl’s lines are not those of versions in a row': runs.length === 0,
    'kubectl did not end where the versions end': !runs.some((start) => endsRight(outcome, start)),
    'kubectl failed, and yet a version was done':
      kubectl.code !== 0 && history.some(({ type }) => type === 'done'),
    'the poller repeated itself': news(messages).length !== messages.length,
    'the poller’s messages are not those of versions in order': !isOrderedPart(messages, said),
    'the verdicts differ': watched.type !== (kubectl.code === 0 ? 'healthy' : 'failed'),
    'the last words of success differ': kubectl.code === 0 && last !== kubectl.lines.at(-1),
    'the last words of failure differ':
      failed !== undefined && (last !== failed.message || kubectl.error !== `error: ${last}`),
  }).flatMap(([what, holds]) => (holds ? [what] : []));
};

/** All there is to know about a disagreement. The lag is shown and never judged. */
export const report = ({ history, kubectl, poller, steps }: Outcome): string =>
  [
    'versions:',
    ...history.map(({ resourceVersion, type, message }) => `  ${resourceVersion} ${type}: ${message}`),
    `kubectl, exit ${kubectl.code} (${poller.endedAt - kubectl.endedAt} ms before the poller):`,
    ...[...kubectl.lines, kubectl.error].map((line) => `  ${line}`),
    `poller, ${JSON.stringify(poller.watched)}:`,
    ...poller.messages.map((message) => `  ${message}`),
    'steps:',
    ...steps.map((step) => `  ${step}`),
  ].join('\n');
