import type { Snapshot } from '../../git/remote.ts';
import {
  type ImageChange,
  type ImageTarget,
  type ImageUse,
  inspect,
  rewrite,
} from '../../manifests/rewrite.ts';
import { namelessVersions } from '../../manifests/stale-overrides.ts';
import type { Remark } from '../../view/remark.ts';
import { allGlobs, type ImagePlaces } from '../model/image-places.ts';
import { absentImage, noFiles, remarksOn } from './absent-image.ts';
import { checkFieldsFound, fieldsByFile } from './environment-files.ts';
import { createManifestFiles } from './manifest-files.ts';
import { refuseOutsideOverlays } from './outside-overlays.ts';
import { refuseOverrides } from './overrides.ts';
import { refuseReplacements } from './replacements.ts';

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
  prepare(places: readonly ImagePlaces[]): Promise<void>;
  /**
   * Where the manifests have the image, and with which versions; and what of the files is not looked at, or not touched.
   * @throws TagboatError `manifest-…`
   */
  find(
    places: ImagePlaces,
    image: string,
    app: string,
  ): Promise<{ readonly uses: readonly ImageUse[]; readonly remarks: readonly Remark[] }>;
  /** Writes the image into every file that carries it. @throws TagboatError `manifest-…` */
  edit(places: ImagePlaces, target: ImageTarget): Promise<Edit>;
  /** A file as it is after all edits so far; only for paths that an edit named. */
  textOf(path: string): string;
  /** The files whose bytes differ from the snapshot's. */
  changed(): ReadonlyMap<string, Uint8Array>;
};

export const createStagedManifests = (snapshot: Snapshot): StagedManifests => {
  const files = createManifestFiles(snapshot);
  const edited = new Map<string, string>();

  const load = async (globs: readonly string[], image: string) => {
    const { texts, unread } = await files.load(globs, image);
    if (texts.length === 0 && unread.length === 0) throw noFiles(globs, await files.links(globs));
    return { texts: texts.map(({ path, text }) => ({ path, text: edited.get(path) ?? text })), unread };
  };

  return {
    revision: snapshot.revision,

    prepare: async (places) => {
      try {
        for (const one of places) await snapshot.files(allGlobs(one));
      } catch {
        // Not again for the next: a server that does not answer may take its time.
      }
    },

    find: async (places, image, app) => {
      const globs = allGlobs(places);
      const { texts, unread } = await load(globs, image);
      const fieldsOf = fieldsByFile(places);
      const found = texts.map((file) => inspect(file, { image, app, fields: fieldsOf(file.path) }));
      const uses = found.flatMap((one) => one.uses);
      const mentions = found.flatMap((one) => one.mentions);
      checkFieldsFound(
        places,
        texts.map(({ path }) => path),
        unread,
        new Set(found.flatMap((one) => one.fields)),
      );
      if (uses.length === 0)
        throw absentImage(
          globs,
          { image, app },
          mentions,
          [...unread, ...(await files.links(globs))],
          namelessVersions(texts),
        );
      const readFiles = (paths: readonly string[]) => files.loadPaths(paths, image);
      const outside = await refuseOutsideOverlays(texts, { image, app }, readFiles);
      const sites = found.flatMap((one) => one.sites);
      await refuseOverrides([...texts, ...outside], sites, { image, app }, readFiles);
      await refuseReplacements(texts, uses, { image, app }, readFiles);
      return { uses, remarks: remarksOn(mentions, unread) };
    },

    edit: async (places, target) => {
      const globs = allGlobs(places);
      const { texts, unread } = await load(globs, target.image);
      const fieldsOf = fieldsByFile(places);
      const results = texts
        .map((file) => ({ file, wanted: { ...target, fields: fieldsOf(file.path) } }))
        .filter(({ file, wanted }) =>
          inspect(file, wanted).uses.some(({ tag }) => target.only?.(tag) ?? true),
        )
        .map(({ file, wanted }) => ({ path: file.path, before: file.text, ...rewrite(file, wanted) }));
      if (results.length === 0) throw absentImage(globs, target, [], unread);
      for (const { path, text, before } of results) if (text !== before) edited.set(path, text);
      return {
        changes: results.flatMap(({ changes }) => changes),
        paths: results.map(({ path }) => path),
      };
    },

    textOf: (path) => edited.get(path) ?? files.original(path) ?? '',

    changed: () => {
      const encoder = new TextEncoder();
      return new Map(
        [...edited]
          .filter(([path, text]) => text !== files.original(path))
          .map(([path, text]) => [path, encoder.encode(text)]),
      );
    },
  };
};
