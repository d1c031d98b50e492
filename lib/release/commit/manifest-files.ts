import { TagboatError } from '../../errors.ts';
import type { Snapshot, TreeFile } from '../../git/remote.ts';
import { decodeUtf16, isSealedBySops, readText } from '../../manifests/file-kind.ts';
import { mayCarry } from '../../manifests/mention.ts';
import { type FileKind, fileKindText } from '../../view/remark.ts';
import { globsOf } from './outside-overlays.ts';

type ManifestText = { readonly path: string; readonly text: string };

/** A file that cannot be read as a manifest, or not all of it. */
export type UnreadFile = { readonly path: string; readonly kind: FileKind };

/** The files of one snapshot, each read once. */
export type ManifestFiles = {
  /** @throws TagboatError `manifest-unparsable`, `manifest-path-refused`, `git-…` */
  load(
    globs: readonly string[],
    image: string,
  ): Promise<{ readonly texts: readonly ManifestText[]; readonly unread: readonly UnreadFile[] }>;
  /** Those of the paths that are there and are text. */
  loadPaths(paths: readonly string[], image: string): Promise<readonly ManifestText[]>;
  /** Symbolic links that the globs mean; they are no files. */
  links(globs: readonly string[]): Promise<readonly UnreadFile[]>;
  /** The text as it was in the snapshot. */
  original(path: string): string | undefined;
};

export const createManifestFiles = (snapshot: Snapshot): ManifestFiles => {
  const known = new Map<string, ReturnType<typeof readText>>();
  const sealed = new Set<string>();

  const read = async (file: TreeFile, image: string): Promise<ReturnType<typeof readText>> => {
    const before = known.get(file.path);
    if (before !== undefined) return before;
    const bytes = await snapshot.read(file);
    const content = readText(bytes);
    if ('kind' in content && content.kind === 'utf-16' && mayCarry(decodeUtf16(bytes), { image }))
      throw new TagboatError('manifest-unparsable', fileKindText[content.kind], { at: { file: file.path } });
    known.set(file.path, content);
    if ('text' in content && isSealedBySops(content.text)) sealed.add(file.path);
    return content;
  };

  return {
    load: async (globs, image) => {
      const files = await snapshot.files(globs);
      const texts: ManifestText[] = [];
      const unread: UnreadFile[] = [];
      for (const file of files) {
        const content = await read(file, image);
        if ('kind' in content) unread.push({ path: file.path, kind: content.kind });
        else {
          texts.push({ path: file.path, text: content.text });
          if (sealed.has(file.path)) unread.push({ path: file.path, kind: 'sops' });
        }
      }
      return { texts, unread };
    },

    loadPaths: async (paths, image) => {
      const loaded: ManifestText[] = [];
      for (const file of await snapshot.files(globsOf(paths))) {
        const content = await read(file, image);
        if ('text' in content) loaded.push({ path: file.path, text: content.text });
      }
      return loaded;
    },

    links: async (globs) => (await snapshot.links(globs)).map((path) => ({ path, kind: 'symlink' })),

    original: (path) => {
      const content = known.get(path);
      return content !== undefined && 'text' in content ? content.text : undefined;
    },
  };
};
