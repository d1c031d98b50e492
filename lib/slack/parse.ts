import { TagboatError } from '../errors.ts';
import type { Command } from './commands.ts';
import { nearest } from './nearest.ts';
import { readHold, readUnhold } from './parse/holds.ts';
import { find } from './parse/names.ts';
import type { Reader, Where } from './parse/place.ts';
import { readHistory, readQuery } from './parse/queries.ts';
import { readRelease, readRollout } from './parse/releases.ts';
import { readUndo } from './parse/undo.ts';
import { typedText, wordsOf } from './parse/words.ts';
import { usages, type Verb, verbs } from './usage.ts';

const readers: Readonly<Record<Verb, Reader>> = {
  undo: readUndo,
  status: readQuery('status'),
  history: readHistory,
  release: readRelease,
  hold: readHold,
  unhold: readUnhold,
  holds: readQuery('holds'),
  pause: readRollout('pause'),
  resume: readRollout('resume'),
  help: () => ({ type: 'help' }),
};

export type { Where } from './parse/place.ts';

/** Names that other tools have for our commands. */
const elsewhere: Readonly<Record<string, Verb>> = {
  rollback: 'undo',
  revert: 'undo',
  deploy: 'release',
  promote: 'release',
  freeze: 'hold',
  lock: 'hold',
  unfreeze: 'unhold',
  unlock: 'unhold',
  log: 'history',
  continue: 'resume',
};

/** The error for a verb that does not exist. */
const unknownVerb = (given: string, { apps }: Where): TagboatError => {
  const near = Object.hasOwn(elsewhere, given.toLowerCase())
    ? elsewhere[given.toLowerCase()]
    : verbs.find((verb) => verb === nearest(given, verbs, 1)[0]);
  const app = find(given, Object.keys(apps));
  const hint =
    near !== undefined
      ? `did you mean ${near}? It is ${usages[near].usage}`
      : app !== undefined
        ? `did you mean /tagboat status ${app}?`
        : `there are: ${verbs.join(', ')}`;
  return new TagboatError('command-invalid', `no command is called "${given}"; ${hint}`);
};

/**
 * The command behind a slash command: `/undo …` or `/tagboat <verb> …`, as `usages` shows them. The environment is left
 * out where the app has several and none was named.
 * @param name with its slash
 * @param text what stands behind it, as Slack hands it on
 * @throws TagboatError `command-invalid` with the usage, `app-unknown` with the nearest names, `environment-unknown` with
 *   those there are
 */
export const parseCommand = (name: string, text: string, where: Where): Command => {
  const typed = typedText(text);
  const words = wordsOf(typed);
  const [first, ...rest] = words;
  const wantsHelp = first === undefined || (rest.length === 0 && first.text.toLowerCase() === 'help');
  if (name === '/undo') {
    // An app may be called help; it is undone by naming its environment
    return wantsHelp ? { type: 'help' } : readUndo(words, where, typed);
  }
  if (name !== '/tagboat')
    throw new TagboatError(
      'command-invalid',
      `${name} is not a command of Tagboat; there are /undo and /tagboat`,
    );
  if (first === undefined) return { type: 'help' };
  const verb = verbs.find((known) => known === first.text.toLowerCase());
  if (verb === undefined) throw unknownVerb(first.text, where);
  return readers[verb](rest, where, typed);
};
