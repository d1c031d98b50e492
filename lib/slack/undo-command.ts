import type { Config } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { isTag } from '../image.ts';
import { nearest } from './nearest.ts';

/** What `/undo` asks for; without `to`, the last healthy release before the current one is meant. */
export type UndoRequest = { readonly app: string; readonly environment: string; readonly to?: string };

const undoUsage = '/undo <app> [environment] [to <tag>]';

const maxListed = 10;

const list = (names: readonly string[]): string =>
  names.length > maxListed
    ? `${names.slice(0, maxListed).join(', ')} and ${names.length - maxListed} more`
    : names.join(', ');

/** Exactly that name, or the only one that differs in nothing but case (a phone writes `Okeydokey`). */
const find = (given: string, names: readonly string[]): string | undefined => {
  if (names.includes(given)) return given;
  const similar = names.filter((name) => name.toLowerCase() === given.toLowerCase());
  return similar.length === 1 ? similar[0] : undefined;
};

const invalid = (problem: string): TagboatError =>
  new TagboatError('command-invalid', `${problem}; the command is ${undoUsage}`);

const findApp = (given: string, apps: Config['apps']): string => {
  const names = Object.keys(apps).sort();
  const app = find(given, names);
  if (app !== undefined) return app;
  const near = nearest(given, names);
  throw new TagboatError(
    'app-unknown',
    names.length === 0
      ? 'no app is configured'
      : `no app is called "${given}"; ${near.length > 0 ? `did you mean ${near.join(', ')}?` : `there are: ${list(names)}`}`,
  );
};

const findEnvironment = (given: string | undefined, app: string, names: readonly string[]): string => {
  const only = names.length === 1 ? names[0] : undefined;
  const environment = given === undefined ? only : find(given, names);
  if (environment !== undefined) return environment;
  throw new TagboatError(
    'environment-unknown',
    given === undefined
      ? `${app} has several environments, name one: ${list(names)}`
      : `${app} has no environment "${given}"; it has: ${list(names)}`,
  );
};

/** Words; quotes and backticks, in which people copy names, are taken off. */
const wordsOf = (text: string): readonly string[] =>
  text
    .slice(0, 1000)
    .split(/\s+/)
    .map((word) => word.replace(/^[`'"“”‘’]+|[`'"“”‘’]+$/g, '').slice(0, 200))
    .filter((word) => word !== '');

/**
 * Reads the text behind `/undo`: `<app> [environment] [to <tag>]`. The environment may be left out where the app has one.
 * @throws TagboatError `command-invalid` with the usage, `app-unknown` with the nearest names, `environment-unknown` with
 *   those there are
 */
export const parseUndo = (text: string, { apps }: { readonly apps: Config['apps'] }): UndoRequest => {
  const words = wordsOf(text);
  const [first, ...rest] = words;
  if (first === undefined || (rest.length === 0 && first.toLowerCase() === 'help'))
    throw invalid('no app was named');
  const hasTag = rest.length >= 2 && rest.at(-2)?.toLowerCase() === 'to';
  const to = hasTag ? rest.at(-1) : undefined;
  const place = hasTag ? rest.slice(0, -2) : rest;
  const app = findApp(first, apps);
  const environments = Object.keys(apps[app]?.environments ?? {}).sort();
  if (place.at(-1)?.toLowerCase() === 'to' && find(place.at(-1) ?? '', environments) === undefined)
    throw invalid('"to" needs a tag behind it');
  if (place.length > 1) throw invalid(`"${place.slice(1).join(' ')}" is too much`);
  if (to !== undefined && !isTag(to)) throw invalid(`"${to}" is not a tag`);
  const environment = findEnvironment(place[0], app, environments);
  return { app, environment, ...(to === undefined ? {} : { to }) };
};
