import {
  appOf,
  checkEnd,
  checkTag,
  invalid,
  never,
  placeOf,
  type Reader,
  readTagged,
  textsOf,
} from './place.ts';

/** `release <app> [environment] <tag>` */
export const readRelease: Reader = (words, where) => {
  const found = appOf(words, where, 'release');
  const { place, tag, left } = readTagged(textsOf(words.slice(1)), found, never, 'release');
  checkEnd(left, 'release');
  if (tag === undefined) throw invalid('no tag was named', 'release');
  return { type: 'release', ...place, tag: checkTag(tag, 'release') };
};

/** `pause <app> [environment]`, and `resume` */
export const readRollout =
  (type: 'pause' | 'resume'): Reader =>
  (words, where) => {
    const { app, environments } = appOf(words, where, type);
    const rest = textsOf(words.slice(1));
    checkEnd(rest.slice(1), type);
    return { type, ...placeOf(app, environments, rest[0]) };
  };
