/** Numbers that look random, the same ones for the same seed: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export type Random = {
  /** 0 ≤ n < 1 */
  next(): number;
  /** True so often, of once. */
  chance(probability: number): boolean;
  /** Whole, `from` ≤ n ≤ `to`. */
  integer(from: number, to: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
};

export const createRandom = (seed: number): Random => {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer: Random['integer'] = (from, to) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (from) => from[integer(0, from.length - 1)] ?? from[0],
  };
};
