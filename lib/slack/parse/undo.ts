import { maxReleaseNumber } from '../action.ts';
import { find } from './names.ts';
import { appOf, checkEnd, checkTag, invalid, placeOf, type Reader, textsOf } from './place.ts';

/** `undo <app> [environment] [to <tag>|to #<n>]` */
export const readUndo: Reader = (words, where) => {
  const { app, environments } = appOf(words, where, 'undo');
  const rest = textsOf(words.slice(1));
  const hasTarget = rest.length >= 2 && rest.at(-2)?.toLowerCase() === 'to';
  const target = hasTarget ? rest.at(-1) : undefined;
  const before = hasTarget ? rest.slice(0, -2) : rest;
  if (before.at(-1)?.toLowerCase() === 'to' && find(before.at(-1) ?? '', environments) === undefined)
    throw invalid('"to" needs a tag or a number behind it', 'undo');
  checkEnd(before.slice(1), 'undo');
  const place = placeOf(app, environments, before[0]);
  if (target === undefined) return { type: 'undo', ...place };
  if (!target.startsWith('#')) return { type: 'undo', ...place, to: checkTag(target, 'undo') };
  const number = /^#\d{1,7}$/.test(target) ? Number(target.slice(1)) : 0;
  if (number < 1 || number > maxReleaseNumber)
    throw invalid(`"${target}" is not a number of the history`, 'undo');
  return { type: 'undo', ...place, number };
};
