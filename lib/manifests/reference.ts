import { tryParseImage } from '../image.ts';
import { type Belonging, claimPart, claimReference } from './claim.ts';
import { type Cursor, isBlockScalar, offsetOf, type ScalarCursor, textOf } from './cursor.ts';
import { digestFields, writeDigest } from './digests.ts';
import type { ImageTarget, Site, Wanted, Workload } from './format.ts';
import { mayCarry } from './mention.ts';
import { refuse } from './refusal.ts';

/** Templates, and the variables of envsubst, Flux and shells. */
const placeholder = /\{\{.*?\}\}|\{%.*?%\}|\$\{.*?\}|\$\(.*?\)|\$\w+|\{\{|\{%|\$\{/;

/**
 * The site of a scalar that holds a whole reference (`org/app:v1@sha256:…`), if it is the wanted image.
 * @param prefix characters before the reference (`old=` in an Argo CD `kustomize.images` entry)
 * @throws TagboatError `manifest-refused`
 */
export const referenceSite = (
  at: ScalarCursor,
  wanted: Wanted,
  options: { readonly workload?: Workload | undefined; readonly prefix?: string | undefined } = {},
): Site | undefined => {
  const prefix = options.prefix ?? '';
  const text = (isBlockScalar(at) ? textOf(at).trim() : textOf(at)).slice(prefix.length);
  const image = tryParseImage(text);
  if (image === undefined) {
    refuseLookalike(at, text, wanted);
    return undefined;
  }
  if (image.name !== wanted.image) return undefined;
  claimReference(at);
  return {
    at,
    tag: image.tag,
    digest: image.digest,
    workload: options.workload,
    edits: (target) => [{ at, to: prefix + withTarget(text, target) }],
  };
};

/**
 * The same site with the digests that stand beside the reference (`image: org/app:v1`, `imageDigest: sha256:…`). Where one
 * is set, it has the digest and the reference does not.
 * @throws TagboatError `manifest-refused`
 */
export const referenceWithDigests = (
  site: Site,
  belonging: Belonging,
  others: readonly { readonly key: string; readonly value: Cursor }[],
): Site => {
  const digests = digestFields(others).filter(({ digest }) => digest !== undefined);
  const [first] = digests;
  if (first === undefined) return site;
  for (const { at } of digests) claimPart(at, belonging);
  return {
    ...site,
    digest: first.digest,
    edits: (target) => [
      ...site.edits({ ...target, digest: undefined }),
      ...digests.map((field) => ({ at: field.at, to: writeDigest(field, target.digest) })),
    ],
  };
};

/** `org/app:v1@sha256:…` → `org/app:v2`: the name stays as it was written. */
export const withTarget = (reference: string, target: ImageTarget): string =>
  `${nameOf(reference)}:${tagAndDigest(target)}`;

/** `v2`, or `v2@sha256:…` where the digest is pinned. */
export const tagAndDigest = (target: ImageTarget): string =>
  target.digest === undefined ? target.tag : `${target.tag}@${target.digest}`;

/** What stands before the tag and the digest, whatever those look like. */
const nameOf = (reference: string): string => {
  const beforeDigest = reference.split('@', 1)[0] ?? '';
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  return colon === -1 ? beforeDigest : beforeDigest.slice(0, colon);
};

/** Not a reference, but it would be the image once it is filled in, or mended: passing over it would be wrong. */
const refuseLookalike = (at: ScalarCursor, text: string, wanted: Wanted): void => {
  const reason = placeholder.test(text)
    ? mayBecome(text, wanted) && 'the image is a template; write its name and tag out'
    : /[:@]/.test(text) &&
      isName(nameOf(text), wanted) &&
      'the image is not a valid reference ([host/]name[:tag][@digest])';
  if (reason) refuse(at.document, offsetOf(at.node), reason);
};

/** `org/app:{{ tag }}` and `{{ host }}/org/app:v1` may become `docker.io/org/app`; `other/app:{{ tag }}` never does. */
const mayBecome = (template: string, wanted: Wanted): boolean => {
  const [before = '', ...others] = template.split(placeholder);
  if (/[:@]$/.test(before) || nameOf(before) !== before) return isName(nameOf(before), wanted);
  const end = nameOf(others.at(-1) ?? '');
  return mayCarry(template, { image: wanted.image }) && `/${wanted.image}`.endsWith(end);
};

const isName = (text: string, wanted: Wanted): boolean => tryParseImage(text)?.name === wanted.image;
