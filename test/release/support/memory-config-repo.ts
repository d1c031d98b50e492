import { openRemote } from '../../../lib/git/remote.ts';
import { startMemoryServer } from '../../git/support/memory-server.ts';
import { change, time } from '../../git/support/remote-fixture.ts';

let count = 0;

/** The same as `startConfigRepo` without a process: `test/git/memory-server.test.ts` holds its server to Git's own. */
export const startMemoryConfigRepo = async (files: Readonly<Record<string, string>>, branch = 'config') => {
  const server = await startMemoryServer();
  // Its URL names a work list: one whose port comes up again shall not get what another has left there.
  const name = `okeydokey-${++count}`;
  const repository = server.create(name, files, branch);
  const url = `${server.origin}/${name}.git`;
  return {
    url,
    branch,
    requests: server.requests,
    /** Another person's commit: replaces one file at the tip. */
    commitFile: async (file: string, text: string, message: string): Promise<void> => {
      const tip = await openRemote({ url, branch }).tip();
      const author = { name: 'Other', email: 'other@example.com' };
      const { type } = await tip.commit(change(file, text), { message, author, time });
      if (type !== 'pushed') throw new Error(`the commit "${message}" did not get there: ${type}`);
    },
    commits: async () => repository.history().length,
    file: async (name: string) => repository.text(name),
    /** Of the newest commit. */
    message: async () => {
      const commit = repository.objects.get(repository.tip())?.data.toString() ?? '';
      return commit.slice(commit.indexOf('\n\n') + 2);
    },
    close: server.close,
  };
};
