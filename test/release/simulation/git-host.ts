import type { Remote, Snapshot } from '../../../lib/git/remote.ts';

type Files = ReadonlyMap<string, string>;
type Commit = { readonly files: Files; readonly message: string };

/** A branch of a config repo, with compare-and-swap, whose globs are paths. */
export const simulateConfigRepo = (start: Files) => {
  const commits: Commit[] = [{ files: start, message: 'Start' }];
  /** The tip as a warm function remembers it. */
  let remembered = 0;

  const snapshotAt = (at: number): Snapshot => {
    const files = commits[at]?.files ?? start;
    return {
      revision: revisionOf(at),
      files: async (globs) =>
        globs
          .filter((path) => files.has(path))
          .map((path) => ({ path, mode: '100644', oid: `${path}@${at}` })),
      links: async () => [],
      read: async ({ path }) => new TextEncoder().encode(files.get(path)),
      commit: async (changes, { message }) => {
        if (commits.length - 1 !== at) return { type: 'moved' };
        const changed = [...changes].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)] as const);
        remembered = commits.push({ files: new Map([...files, ...changed]), message }) - 1;
        return { type: 'pushed', commit: revisionOf(remembered) };
      },
    };
  };

  const tip: Remote['tip'] = async ({ fresh = false } = {}) => {
    if (fresh) remembered = commits.length - 1;
    return snapshotAt(remembered);
  };
  return {
    tip,
    commits: (): readonly (Commit & { readonly revision: string })[] =>
      commits.map((commit, at) => ({ ...commit, revision: revisionOf(at) })),
    text: (path: string): string => commits.at(-1)?.files.get(path) ?? '',
    /** Somebody else's commit, to a file that is nobody's manifest. */
    commitByOthers: (): void => {
      const files = new Map([
        ...(commits.at(-1)?.files ?? start),
        ['README.md', `${commits.length}`] as const,
      ]);
      commits.push({ files, message: 'Somebody else was here' });
    },
  };
};

const revisionOf = (at: number): string => String(at).padStart(40, '0');

export type SimulatedConfigRepo = ReturnType<typeof simulateConfigRepo>;
