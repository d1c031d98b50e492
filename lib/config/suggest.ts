import { editDistance } from '../edit-distance.ts';

/** The candidate that was probably meant, if one is near: a third of its letters may differ, and case does not count. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const near = distance <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (near && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
};

/** ` (did you mean …?)`, or nothing where no candidate is near. */
export const didYouMean = (word: string, candidates: readonly string[]): string => {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : ` (did you mean \`${candidate}\`?)`;
};

/** `a`, `b` or `c` */
export const oneOf = (words: readonly string[]): string => {
  const quoted = words.map((word) => `\`${word}\``);
  const last = quoted.pop() ?? 'nothing';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
};
