import type { Snapshot } from '../../../lib/git/remote.ts';

/** A branch of one file, `app.yml`, with compare-and-swap: the real remote has tests of its own. */
export const memoryRepo = (text: string) => {
  const commits = [text];
  const tip = async (): Promise<Snapshot> => {
    const at = commits.length;
    return {
      revision: String(at).padStart(40, '0'),
      files: async () => [{ path: 'app.yml', mode: '100644', oid: String(at) }],
      links: async () => [],
      read: async () => new TextEncoder().encode(commits[at - 1]),
      commit: async (changes) => {
        if (commits.length !== at) return { type: 'moved' };
        commits.push(new TextDecoder().decode(changes.get('app.yml')));
        return { type: 'pushed', commit: String(at + 1).padStart(40, '0') };
      },
    };
  };
  return { commits, tip };
};
