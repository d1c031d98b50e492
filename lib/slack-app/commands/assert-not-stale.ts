import { TagboatError } from '../../errors.ts';
import { currentRelease } from '../../release/model/current-release.ts';
import { readToCurrent } from '../../release/record/read-back.ts';
import type { CommandContext, CommandRequest, CommandTarget } from './command-request.ts';

/**
 * A command that is carried out late is about the release that was current when it was given: one that was put in place
 * since is neither undone nor overtaken nor paused. An undo that does just what this command asks for is joined.
 * @throws TagboatError `release-moved-on`
 */
export const assertNotStale = async (
  command: CommandTarget<'undo' | 'release' | 'pause' | 'resume'>,
  request: CommandRequest,
  { store }: CommandContext,
): Promise<void> => {
  const known = await readToCurrent(command, store);
  if (known.some(({ source, delivery }) => source === 'slack' && delivery === request.id)) return;
  const current = currentRelease(known);
  if (current === undefined || Date.parse(current.createdAt) <= request.at) return;
  if (command.type === 'undo' && current.kind === 'undo' && isServedBy(command, current.tag)) return;
  // An undo that has set its hold already finds out for itself what it has to take back.
  const holds = command.type === 'undo' ? await store.holds(command.app, command.environment) : [];
  if (holds.some((hold) => hold.request === request.id)) return;
  throw new TagboatError(
    'release-moved-on',
    `${current.tag} was put in place in ${command.app} ${command.environment} after this was asked for`,
  );
};

const isServedBy = ({ to, number }: CommandTarget<'undo'>, tag: string): boolean =>
  number === undefined && (to ?? tag) === tag;
