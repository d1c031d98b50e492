import type { ImageField } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { isDigest, isTag } from '../image.ts';
import { applyEdits } from './apply-edits.ts';
import { offsetOf, type ScalarCursor, textOf } from './cursor.ts';
import { fieldPathTo } from './field-path-to.ts';
import type { Edit, ImageTarget, Site, Wanted, Workload } from './format.ts';
import { mentionsIn } from './mentions.ts';
import { firstOf, type ManifestFile, readSites } from './read-sites.ts';
import { tagAndDigest } from './reference.ts';
import { placeIn } from './refusal.ts';

export type { ImageTarget, Wanted, Workload } from './format.ts';

/** One scalar that was changed. */
export type ImageChange = {
  readonly file: string;
  /** Where the value begins, with its quote if it has one; both from 1. */
  readonly line: number;
  readonly column: number;
  /** Position of the document in the file, from 0. */
  readonly document: number;
  /** The way to the value within the document. */
  readonly path: readonly (string | number)[];
  /** The whole value as it was: `org/app:v1`; where the tag stands by itself, `v1`. */
  readonly from: string;
  readonly to: string;
};

/** One place where the image stands. */
export type ImageUse = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly document: number;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** The object that runs it; none for Kustomize, Helm and markers. */
  readonly workload?: Workload | undefined;
};

/** A reference to the image that no format reads. */
export type ImageMention = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** As it is written. */
  readonly text: string;
  /** True with a tag or a digest, which a release leaves as it was. */
  readonly hasVersion: boolean;
  /** As `path` in `fields` leads there, of the first ones in a document; undefined where none would. */
  readonly path: string | undefined;
};

/**
 * Puts the target's tag (and digest, where it has one) wherever the image stands in the file. Only those characters
 * change; a file that does not carry the image, or carries the target already, comes back as it was, with no changes.
 * @throws TagboatError `manifest-unparsable`, `manifest-refused`; `image-reference-invalid` for an impossible target
 */
export const rewrite = (
  file: ManifestFile,
  target: ImageTarget,
): { readonly text: string; readonly changes: readonly ImageChange[] } => {
  if (!isTag(target.tag) || (target.digest !== undefined && !isDigest(target.digest)))
    throw new TagboatError('image-reference-invalid', `"${tagAndDigest(target)}" is not a tag and digest`);
  const changes: ImageChange[] = [];
  let text = '';
  let done = 0;
  for (const { document, sites } of readSites(file, target)) {
    const meant = sites.filter(({ tag }) => target.only?.(tag) ?? true);
    const found = firstOf(meant.flatMap((site) => site.edits(target)));
    const edits = inOrder(found.filter((edit) => edit.to !== textOf(edit.at)));
    if (edits.length === 0) continue;
    const edited = applyEdits(document, edits);
    changes.push(...edits.map((edit) => describe(file, edit)));
    const start = document.toFile(0);
    text += file.text.slice(done, start) + edited;
    done = start + document.text.length;
  }
  return { text: text + file.text.slice(done), changes };
};

/**
 * Where the image stands in the file, and with which tag and digest, in the order of the text.
 * @param image normalised name
 * @param app name of the app in tagboat.yml, to find `# tagboat:` markers too
 * @throws TagboatError `manifest-unparsable`, `manifest-refused`
 */
export const findImage = (file: ManifestFile, image: string, app?: string): readonly ImageUse[] =>
  inspect(file, { image, app }).uses;

/** An example is enough, and a list of thousands takes its time to be named in. */
const maxPaths = 5;

/** Where the image stands, as `findImage` says; where it is mentioned without being read; and what of `fields` was there. */
export const inspect = (
  file: ManifestFile,
  wanted: Wanted,
): {
  readonly uses: readonly ImageUse[];
  readonly mentions: readonly ImageMention[];
  readonly fields: readonly ImageField[];
  /** What the uses are in the documents. */
  readonly sites: readonly Site[];
} => {
  const documents = readSites(file, wanted);
  return {
    uses: documents.flatMap(({ sites }) => inOrder(firstOf(sites)).map((site) => useOf(file, site))),
    mentions: documents.flatMap((found) =>
      mentionsIn(found, wanted).map(({ at, offset, text, hasVersion }, index) => ({
        file: file.path,
        ...placeIn(at.document, offset),
        text,
        hasVersion,
        path: index < maxPaths && hasVersion && textOf(at) === text ? fieldPathTo(at) : undefined,
      })),
    ),
    fields: documents.flatMap(({ sites }) => sites.flatMap(({ field }) => field ?? [])),
    sites: documents.flatMap(({ sites }) => firstOf(sites)),
  };
};

const useOf = (file: ManifestFile, { at, tag, digest, workload }: Site): ImageUse => ({
  file: file.path,
  ...placeOf(at),
  document: at.document.index,
  tag,
  digest,
  ...(workload === undefined ? {} : { workload }),
});

const inOrder = <T extends { readonly at: ScalarCursor }>(found: readonly T[]): readonly T[] =>
  found.toSorted((a, b) => offsetIn(a.at) - offsetIn(b.at));

const describe = (file: ManifestFile, { at, to }: Edit): ImageChange => ({
  file: file.path,
  ...placeOf(at),
  document: at.document.index,
  path: at.path,
  from: textOf(at),
  to,
});

const offsetIn = ({ document, node }: ScalarCursor): number => document.toFile(offsetOf(node));

const placeOf = ({ document, node }: ScalarCursor) => placeIn(document, offsetOf(node));
