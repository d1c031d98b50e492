import path from 'node:path';
import { stateOf } from '../../infra/local/emulators/slack/client/stack-client.ts';
import { defaultPort, defaultState } from '../../infra/local/options.ts';
import { type RunningStack, readStackFile } from '../../infra/local/state/stack-file.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { CommandIo } from './command.ts';

/**
 * The stack on that state directory; where none is named on the default one, or on the port that stacks have by default.
 * @throws TagboatError `local-stack-missing`
 */
export const findStack = async (
  named: string | undefined,
  env: CommandIo['env'],
): Promise<{ readonly state: string; readonly stack: RunningStack }> => {
  const state = path.resolve(named ?? defaultState);
  const stack = readStackFile(state);
  if (stack !== undefined) return { state, stack };
  const other =
    named === undefined ? await stateOf(`http://127.0.0.1:${env.PORT || defaultPort}`) : undefined;
  const running = other === undefined ? undefined : readStackFile(other);
  if (other !== undefined && running !== undefined) return { state: other, stack: running };
  throw new TagboatError('local-stack-missing', `no local stack runs with its state in ${state}`);
};
