import { TagboatError } from '../../errors.ts';
import { maxReleaseNumber } from '../action.ts';
import { missingTo } from './misplaced.ts';
import { find } from './names.ts';
import { appOf, checkEnd, checkTag, invalid, placeOf, type Reader, textsOf, tooMuch } from './place.ts';

/** A tag may be called like an environment; then the environment has to be named as well. */
const isEnvironment = (app: string, name: string): TagboatError =>
  new TagboatError(
    'command-invalid',
    `"${name}" is an environment of ${app}; did you mean /undo ${app} ${name}?`,
  );

/** `undo <app> [environment] [to <tag>|to #<n>]` */
export const readUndo: Reader = (words, where) => {
  const { app, environments } = appOf(words, where, 'undo');
  const rest = textsOf(words.slice(1));
  const hasTarget = rest.length >= 2 && rest.at(-2)?.toLowerCase() === 'to';
  const target = hasTarget ? rest.at(-1) : undefined;
  const before = hasTarget ? rest.slice(0, -2) : rest;
  if (before.at(-1)?.toLowerCase() === 'to' && find(before.at(-1) ?? '', environments) === undefined)
    throw invalid('"to" needs a tag or a number behind it', 'undo');
  const meant = hasTarget ? undefined : missingTo(app, before, environments);
  if (meant !== undefined && before.length > 1) throw tooMuch(before.slice(1), meant);
  checkEnd(before.slice(1), 'undo');
  const place = placeOf(app, environments, before[0], meant);
  const named = before.length > 0 ? undefined : find(target ?? '', environments);
  if (named !== undefined) throw isEnvironment(app, named);
  if (target === undefined) return { type: 'undo', ...place };
  if (!target.startsWith('#')) return { type: 'undo', ...place, to: checkTag(target, 'undo') };
  const number = /^#\d{1,7}$/.test(target) ? Number(target.slice(1)) : 0;
  if (number < 1 || number > maxReleaseNumber)
    throw invalid(`"${target}" is not a number of the history`, 'undo');
  return { type: 'undo', ...place, number };
};
