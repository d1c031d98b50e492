import type { Config } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import { nearest } from '../nearest.ts';

const maxListed = 10;

const list = (names: readonly string[]): string =>
  names.length > maxListed
    ? `${names.slice(0, maxListed).join(', ')} and ${names.length - maxListed} more`
    : names.join(', ');

/** Exactly that name, or the only one that differs in nothing but case (a phone writes `Okeydokey`). */
export const find = (given: string, names: readonly string[]): string | undefined => {
  if (names.includes(given)) return given;
  const similar = names.filter((name) => name.toLowerCase() === given.toLowerCase());
  return similar.length === 1 ? similar[0] : undefined;
};

/** @throws TagboatError `app-unknown` with the nearest names */
export const findApp = (given: string, apps: Config['apps']): string => {
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

export const environmentsOf = (app: string, apps: Config['apps']): readonly string[] =>
  Object.keys(apps[app]?.environments ?? {}).sort();

/**
 * What to say of an environment that an app has not.
 * @param meant the whole command, where the word was probably meant to be something else
 */
export const environmentUnknown = (
  given: string,
  app: string,
  names: readonly string[],
  meant?: string,
): TagboatError => {
  const near = nearest(given, names);
  const guess = meant ?? (near.length === 0 ? undefined : near.join(', '));
  const hint = guess === undefined ? '' : ` did you mean ${guess}?`;
  return new TagboatError(
    'environment-unknown',
    `${app} has no environment "${given}";${hint} ${hint === '' ? 'it' : 'It'} has: ${list(names)}`,
  );
};
