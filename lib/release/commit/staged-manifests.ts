import { TagboatError } from '../../errors.ts';
import type { Snapshot, TreeFile } from '../../git/remote.ts';
import { familiarName } from '../../image.ts';
import {
  findImage,
  type ImageChange,
  type ImageTarget,
  type ImageUse,
  rewrite,
} from '../../manifests/rewrite.ts';

/** What an edit changed, and the paths of all files that carry the image. */
type Edit = { readonly changes: readonly ImageChange[]; readonly paths: readonly string[] };

/**
 * The manifests of one snapshot, with the edits of a batch so far. An edit that fails changes nothing, so that a release
 * that cannot be committed fails alone.
 */
export type StagedManifests = {
  readonly revision: string;
  /**
   * Finds the files of many releases, so that the first one read brings them all: one request instead of one a release.
   * Throws nothing; what is wrong shows when the files are asked for.
   */
  prepare(globs: readonly (readonly string[])[]): Promise<void>;
  /** Where the manifests have the image, and with which versions. @throws TagboatError `manifest-…` */
  find(globs: readonly string[], image: string, app: string): Promise<readonly ImageUse[]>;
  /** Writes the image into every file that carries it. @throws TagboatError `manifest-…` */
  edit(globs: readonly string[], target: ImageTarget): Promise<Edit>;
  /** A file as it is after all edits so far; only for paths that an edit named. */
  textOf(path: string): string;
  /** The files whose bytes differ from the snapshot's. */
  changed(): ReadonlyMap<string, Uint8Array>;
};

export const createStagedManifests = (snapshot: Snapshot): StagedManifests => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const originals = new Map<string, string | undefined>();
  const edited = new Map<string, string>();

  const read = async (file: TreeFile, image: string): Promise<string | undefined> => {
    const staged = edited.get(file.path);
    if (staged !== undefined) return staged;
    if (!originals.has(file.path)) {
      const bytes = await snapshot.read(file);
      try {
        originals.set(file.path, decoder.decode(bytes));
      } catch {
        // Not UTF-8, so no manifest; a problem only where it seems to carry the image.
        if (Buffer.from(bytes).includes(familiarName(image)))
          throw new TagboatError('manifest-unparsable', 'is not UTF-8', { at: { file: file.path } });
        originals.set(file.path, undefined);
      }
    }
    return originals.get(file.path);
  };

  const load = async (globs: readonly string[], image: string) => {
    const files = await snapshot.files(globs);
    if (files.length === 0)
      throw new TagboatError('manifest-not-found', `no file of the config repo matches ${globs.join(', ')}`);
    const loaded: { path: string; text: string }[] = [];
    for (const file of files) {
      const text = await read(file, image);
      if (text !== undefined) loaded.push({ path: file.path, text });
    }
    return loaded;
  };

  const absent = (globs: readonly string[], image: string) =>
    new TagboatError(
      'manifest-image-not-found',
      `no file of ${globs.join(', ')} carries ${familiarName(image)}`,
    );

  return {
    revision: snapshot.revision,

    prepare: async (globs) => {
      try {
        for (const one of globs) await snapshot.files(one);
      } catch {
        // Not again for the next: a server that does not answer may take its time.
      }
    },

    find: async (globs, image, app) => {
      const uses = (await load(globs, image)).flatMap((file) => findImage(file, image, app));
      if (uses.length === 0) throw absent(globs, image);
      return uses;
    },

    edit: async (globs, target) => {
      const results = (await load(globs, target.image))
        .filter((file) => findImage(file, target.image, target.app).length > 0)
        .map((file) => ({ path: file.path, before: file.text, ...rewrite(file, target) }));
      if (results.length === 0) throw absent(globs, target.image);
      for (const { path, text, before } of results) if (text !== before) edited.set(path, text);
      return {
        changes: results.flatMap(({ changes }) => changes),
        paths: results.map(({ path }) => path),
      };
    },

    textOf: (path) => edited.get(path) ?? originals.get(path) ?? '',

    changed: () => {
      const encoder = new TextEncoder();
      return new Map(
        [...edited]
          .filter(([path, text]) => text !== originals.get(path))
          .map(([path, text]) => [path, encoder.encode(text)]),
      );
    },
  };
};
