/** A text in its runs of digits and of anything else, in order; `stage` is the word of a prerelease behind a version. */
export type Run = { readonly number: bigint } | { readonly text: string } | { readonly stage: string };

export const runsOf = (text: string): readonly Run[] =>
  (text.match(/\d+|\D+/g) ?? []).map((run) => (/^\d/.test(run) ? { number: BigInt(run) } : { text: run }));

const endsBefore = (next: Run | undefined): boolean =>
  next !== undefined && 'text' in next && next.text === '.';

/** From the lowest; of other words nobody knows. */
const stages: readonly string[] = ['alpha', 'beta', 'rc'];

/** A prerelease is lower than all that is none. */
const compareStages = (left: Run | undefined, right: Run | undefined): number | undefined => {
  const [one, other] = [left, right].map((run) => (run !== undefined && 'stage' in run ? run.stage : ''));
  if (one === '' || other === '') return one === '' ? 1 : -1;
  const [lower, higher] = [stages.indexOf(one ?? ''), stages.indexOf(other ?? '')];
  return lower === -1 || higher === -1 ? undefined : lower - higher;
};

/**
 * Compares run by run, from the left, up to the first that differs. Two numbers decide, and so does `.` with what is behind it
 * against nothing: `1.2` is lower than `1.2.1`; and so does a stage against anything. All else has no order: `1.6.0` is neither
 * lower nor higher than `1.6.0-1-g1234567`.
 * @returns negative where `a` is lower, 0 where they are the same; undefined where nothing can be told
 */
export const compareRuns = (a: readonly Run[], b: readonly Run[]): number | undefined => {
  const at = a.findIndex((run, index) => !isSame(run, b[index]));
  const [left, right] = at === -1 ? [undefined, b[a.length]] : [a[at], b[at]];
  if (left === undefined && right === undefined) return 0;
  if ([left, right].some((run) => run !== undefined && 'stage' in run)) return compareStages(left, right);
  if (left === undefined) return endsBefore(right) ? -1 : undefined;
  if (right === undefined) return endsBefore(left) ? 1 : undefined;
  if (!('number' in left) || !('number' in right)) return undefined;
  return left.number < right.number ? -1 : 1;
};

const isSame = (one: Run, other: Run | undefined): boolean => {
  if (other === undefined) return false;
  if ('number' in one) return 'number' in other && one.number === other.number;
  if ('stage' in one) return 'stage' in other && one.stage === other.stage;
  return 'text' in other && one.text === other.text;
};
