import { TagboatError } from '../../errors.ts';
import { currentRelease } from '../../release/model/current-release.ts';
import { readToCurrent } from '../../release/record/read-back.ts';
import type { Asked, CommandContext, Placed } from './command-request.ts';

/** Nothing is carried out later than that but by the worker, in milliseconds. */
const lateMs = 3_000;

/**
 * A command that is carried out late speaks of what stood when it was given. What was put in place since then is not what
 * somebody wanted to take away, or to go behind; but for an undo that does just what this command asks for, and is joined.
 * @throws TagboatError `release-moved-on`
 */
export const assertStillMeant = async (
  command: Placed<'undo' | 'release'>,
  asked: Asked,
  { store, clock }: CommandContext,
): Promise<void> => {
  if (clock.now() - asked.at < lateMs) return;
  const known = await readToCurrent(command, store);
  if (known.some(({ source, delivery }) => source === 'slack' && delivery === asked.id)) return;
  const standing = currentRelease(known);
  if (standing === undefined || Date.parse(standing.createdAt) <= asked.at) return;
  if (command.type === 'undo' && standing.kind === 'undo' && isServedBy(command, standing.tag)) return;
  throw new TagboatError(
    'release-moved-on',
    `${standing.tag} was put in place in ${command.app} ${command.environment} after this was asked for`,
  );
};

const isServedBy = ({ to, number }: Placed<'undo'>, tag: string): boolean =>
  number === undefined && (to ?? tag) === tag;
