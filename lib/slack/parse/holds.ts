import { appOf, checkEnd, heldTag, never, type Reader, readTagged, textsOf } from './place.ts';
import { splitReason } from './reason.ts';
import { parseFor, parseUntil } from './until.ts';

/** `hold <app> [environment] [<tag>|all] [until …|for …] [because <reason>]` */
export const readHold: Reader = (all, where, text) => {
  const { words, reason } = splitReason(text, all);
  const { app, environments } = appOf(words, where, 'hold');
  const isEnd = (word: string): boolean => /^(?:until|for)$/i.test(word);
  const { place, tag, left } = readTagged(textsOf(words.slice(1)), { app, environments }, isEnd, 'hold');
  const [keyword, ...end] = left;
  if (keyword !== undefined && !isEnd(keyword)) checkEnd(left, 'hold');
  const until =
    keyword === undefined
      ? undefined
      : keyword.toLowerCase() === 'until'
        ? parseUntil(end, where)
        : parseFor(end, where);
  return {
    type: 'hold',
    ...place,
    tag: heldTag(tag, 'hold'),
    ...(until === undefined ? {} : { until }),
    ...(reason === undefined ? {} : { reason }),
  };
};

/** `unhold <app> [environment] [<tag>|all]` */
export const readUnhold: Reader = (words, where) => {
  const found = appOf(words, where, 'unhold');
  const { place, tag, left } = readTagged(textsOf(words.slice(1)), found, never, 'unhold');
  checkEnd(left, 'unhold');
  return { type: 'unhold', ...place, tag: heldTag(tag, 'unhold') };
};
