import { splitDocuments } from '../yaml/split-documents.ts';
import { formats } from './catalog.ts';
import { offsetOf, rootOf, type ScalarCursor, textAt } from './cursor.ts';
import type { ManifestDocument } from './document.ts';
import { embeddedDocuments } from './embedded.ts';
import type { Site, Wanted } from './format.ts';
import { mayCarry } from './mention.ts';
import { failTooDeep, parseManifest } from './parse.ts';
import { fail, placesIn, refuse } from './refusal.ts';

/**
 * A file of the config repo. `text` must be its bytes, decoded as UTF-8 with the byte order mark kept
 * (`new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })`), so that encoding it again gives them back.
 */
export type ManifestFile = { readonly path: string; readonly text: string };

/** A document that may carry the image, and the places where it does. */
export type DocumentSites = {
  readonly document: ManifestDocument;
  readonly sites: readonly Site[];
  /** Documents within it, as text, whose sites are among these. */
  readonly embedded: readonly ManifestDocument[];
};

/**
 * Longer files are not parsed. A Kubernetes object has at most 1.5 MiB (https://etcd.io/docs/v3.5/dev-guide/limit/), and a
 * mebibyte of YAML takes about half a second.
 */
export const maxFileCharacters = 5 * 1024 * 1024;

/** A patch in a kustomization in a patch in a kustomization: nobody writes that. */
const maxDepth = 3;

/**
 * Parses what may carry the image, and nothing else.
 * @throws TagboatError `manifest-unparsable`, `manifest-refused`
 */
export const readSites = (file: ManifestFile, wanted: Wanted): readonly DocumentSites[] => {
  // A field may be the tag alone, in a document that does not name the image.
  const isAsked = (text: string): boolean => (wanted.fields ?? []).length > 0 || mayCarry(text, wanted);
  if (!isAsked(file.text)) return [];
  const whole = { file: file.path, places: placesIn(file.text), toFile: (offset: number) => offset };
  if (file.text.length > maxFileCharacters)
    return fail(whole, 0, 'manifest-unparsable', tooLong(file.text.length));
  return splitDocuments(file.text).flatMap(({ start, text }, index) => {
    if (!isAsked(text)) return [];
    const source = { ...whole, index, toFile: (offset: number) => start + offset };
    try {
      const found = sitesOf(parseManifest(source, text), wanted, 0);
      refuseSealed(found);
      return [found];
    } catch (error) {
      if (error instanceof RangeError) return failTooDeep(source);
      throw error;
    }
  });
};

const tooLong = (characters: number): string =>
  `mentions the image and has ${characters} characters; files of up to ${maxFileCharacters} are rewritten, so move what runs the image to one of its own`;

const sitesOf = (document: ManifestDocument, wanted: Wanted, depth: number): DocumentSites => {
  const inner = formats
    .flatMap((format) => format.texts?.(document) ?? [])
    .filter(({ node }) => depth < maxDepth && 'value' in node && mayCarry(String(node.value), wanted))
    .flatMap(embeddedDocuments)
    .map((one) => sitesOf(one, wanted, depth + 1));
  for (const { document: one, sites } of inner) if (sites.length > 0) refuseHidden(one);
  const own = formats.flatMap((format) => format.find(document, wanted));
  for (const site of firstOf(own)) site.checkAlone?.();
  return {
    document,
    sites: [...own, ...inner.flatMap(({ sites }) => sites)],
    embedded: inner.flatMap((one) => [one.document, ...one.embedded]),
  };
};

/** What two formats find (a key, and a marker behind its value) counts once; the first in the catalog has it. */
export const firstOf = <T extends { readonly at: ScalarCursor }>(found: readonly T[]): readonly T[] => [
  ...new Map(found.toReversed().map((one) => [one.at.node, one])).values(),
];

const refuseHidden = ({ within }: ManifestDocument): void => {
  if (within !== undefined && within.toOuter === undefined)
    refuse(
      within.at.document,
      offsetOf(within.at.node),
      'the image stands in a text that is folded or has escapes; write it as a literal block scalar (`|`)',
    );
};

/** SOPS keeps a checksum of all values, the readable ones too: https://github.com/getsops/sops#encrypting-only-parts-of-a-file */
const refuseSealed = ({ document, sites: [first] }: DocumentSites): void => {
  const root = rootOf(document);
  if (first === undefined || root === undefined || textAt(root, 'sops', 'mac') === undefined) return;
  if (textAt(root, 'sops', 'mac_only_encrypted') === 'true') return;
  refuse(
    document,
    offsetOf(first.at.node),
    'the file is encrypted with SOPS, whose checksum covers this value too; move the image to a file that is not, or set `mac_only_encrypted`',
  );
};
