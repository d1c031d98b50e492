import type { Config } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import { isTag } from '../../image.ts';
import type { Command } from '../commands.ts';
import { nearest } from '../nearest.ts';
import { usages, type Verb } from '../usage.ts';
import { swapped } from './misplaced.ts';
import { environmentsOf, environmentUnknown, find, findApp } from './names.ts';
import type { Word } from './words.ts';

/** What the words of a command are read against. */
export type Where = {
  readonly apps: Config['apps'];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** IANA name of the zone in which `until 18:00` is meant. */
  readonly timeZone: string;
};

/** @param words behind the verb @param text as typed, in which the words have their places */
export type Reader = (words: readonly Word[], where: Where, text: string) => Command;

export const invalid = (problem: string, verb: Verb): TagboatError =>
  new TagboatError('command-invalid', `${problem}; the command is ${usages[verb].usage}`);

export const textsOf = (words: readonly Word[]): readonly string[] => words.map(({ text }) => text);

/** Refuses words that are left over. */
export const checkEnd = (rest: readonly string[], verb: Verb): void => {
  if (rest.length > 0) throw invalid(`"${rest.join(' ').slice(0, 200)}" is too much`, verb);
};

/** The same where it is clear what was meant. @param meant the whole command */
export const tooMuch = (rest: readonly string[], meant: string): TagboatError =>
  new TagboatError(
    'command-invalid',
    `"${rest.join(' ').slice(0, 200)}" is too much; did you mean ${meant}?`,
  );

type Place = { readonly app: string; readonly environment?: string };

/** The app, and the environments that it has. */
export const appOf = ([first]: readonly Word[], { apps }: Where, verb: Verb) => {
  if (first === undefined) throw invalid('no app was named', verb);
  const app = findApp(first.text, apps);
  return { app, environments: environmentsOf(app, apps) };
};

/**
 * With the environment that was named, or the only one; without, where there are several to choose from.
 * @param meant the whole command, where the word was probably meant to be something else
 */
export const placeOf = (
  app: string,
  environments: readonly string[],
  given: string | undefined,
  meant?: string,
): Place => {
  const only = environments.length === 1 ? environments[0] : undefined;
  const environment = given === undefined ? only : find(given, environments);
  if (given !== undefined && environment === undefined)
    throw environmentUnknown(given, app, environments, meant);
  return { app, ...(environment === undefined ? {} : { environment }) };
};

/** True for a word that more probably is a mistyped environment than a tag: it is near one, and has no digit. */
const seemsEnvironment = (word: string, environments: readonly string[]): boolean =>
  !/\d/.test(word) && nearest(word, environments).length > 0;

/** `[environment] [<tag>]`; a word that could be either is the environment. */
export const readTagged = (
  rest: readonly string[],
  { app, environments }: { readonly app: string; readonly environments: readonly string[] },
  isOther: (word: string) => boolean,
  verb: Verb,
): { readonly place: Place; readonly tag: string | undefined; readonly left: readonly string[] } => {
  const [first, second] = rest;
  const named = first === undefined ? undefined : find(first, environments);
  if (named !== undefined) {
    const tag = second === undefined || isOther(second) ? undefined : second;
    const behind = tag?.toLowerCase() === 'to' ? rest[2] : undefined;
    if (behind !== undefined && !isOther(behind))
      throw tooMuch(['to'], `/tagboat ${verb} ${app} ${named} ${behind}`);
    return { place: { app, environment: named }, tag, left: rest.slice(tag === undefined ? 1 : 2) };
  }
  if (first === undefined || isOther(first))
    return { place: placeOf(app, environments, undefined), tag: undefined, left: rest };
  // Two words of which the first is no environment, or one that was probably meant to be
  const isTwo = second !== undefined && !isOther(second);
  const end = rest.findIndex(isOther);
  const words = end < 0 ? rest : rest.slice(0, end);
  const meant = swapped(`/tagboat ${verb} ${app}`, words, environments);
  if (isTwo || seemsEnvironment(first, environments))
    throw environmentUnknown(first, app, environments, meant);
  return { place: placeOf(app, environments, undefined), tag: first, left: rest.slice(1) };
};

export const never = (): boolean => false;

export const checkTag = (tag: string, verb: Verb): string => {
  if (!isTag(tag)) throw invalid(`"${tag}" is not a tag`, verb);
  return tag;
};

/** A tag, or `*` for all of them. */
export const heldTag = (tag: string | undefined, verb: Verb): string =>
  tag === undefined || /^(?:all|everything|\*)$/i.test(tag) ? '*' : checkTag(tag, verb);
