import { find } from './names.ts';
import { appOf, checkEnd, invalid, placeOf, type Reader, textsOf } from './place.ts';

const defaultLimit = 10;
const maxLimit = 30;

/** `status [app] [environment]`, and `holds` */
export const readQuery =
  (type: 'status' | 'holds'): Reader =>
  (words, where) => {
    if (words.length === 0) return { type };
    const { app, environments } = appOf(words, where, type);
    const rest = textsOf(words.slice(1));
    checkEnd(rest.slice(1), type);
    return { type, ...placeOf(app, environments, rest[0]) };
  };

/** `history <app> [environment] [<how many>]` */
export const readHistory: Reader = (words, where) => {
  const { app, environments } = appOf(words, where, 'history');
  const rest = textsOf(words.slice(1));
  const isCount = (word: string | undefined) => word !== undefined && /^\d{1,9}$/.test(word);
  const first = rest[0];
  const isPlace = first !== undefined && (find(first, environments) !== undefined || !isCount(first));
  const place = placeOf(app, environments, isPlace ? first : undefined);
  const [count, ...left] = rest.slice(isPlace ? 1 : 0);
  if (count !== undefined && !isCount(count)) checkEnd([count, ...left], 'history');
  checkEnd(left, 'history');
  const limit = count === undefined ? defaultLimit : Number(count);
  if (limit < 1 || limit > maxLimit)
    throw invalid(`${limit} releases cannot be shown, but 1 to ${maxLimit}`, 'history');
  return { type: 'history', ...place, limit };
};
