/** A text in its runs of digits and of anything else, in order. */
export type Run = { readonly number: bigint } | { readonly text: string };

export const runsOf = (text: string): readonly Run[] =>
  (text.match(/\d+|\D+/g) ?? []).map((run) => (/^\d/.test(run) ? { number: BigInt(run) } : { text: run }));

const endsBefore = (next: Run | undefined): boolean =>
  next !== undefined && 'text' in next && next.text === '.';

/**
 * Compares run by run, from the left, up to the first that differs. Two numbers decide, and so does `.` with what is behind it
 * against nothing: `1.2` is lower than `1.2.1`. Anything else has no order: `1.6.0` is neither lower nor higher than `1.6.0-rc1`
 * or `1.6.0-1-g1234567`.
 * @returns negative where `a` is lower, 0 where they are the same; undefined where nothing can be told
 */
export const compareRuns = (a: readonly Run[], b: readonly Run[]): number | undefined => {
  const at = a.findIndex((run, index) => !isSame(run, b[index]));
  const [left, right] = at === -1 ? [undefined, b[a.length]] : [a[at], b[at]];
  if (left === undefined && right === undefined) return 0;
  if (left === undefined) return endsBefore(right) ? -1 : undefined;
  if (right === undefined) return endsBefore(left) ? 1 : undefined;
  if (!('number' in left) || !('number' in right)) return undefined;
  return left.number < right.number ? -1 : 1;
};

const isSame = (one: Run, other: Run | undefined): boolean => {
  if (other === undefined) return false;
  if ('number' in one) return 'number' in other && one.number === other.number;
  return 'text' in other && one.text === other.text;
};
