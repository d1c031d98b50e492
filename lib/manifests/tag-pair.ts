import { isScalar } from 'yaml';
import { isDigest, isTag } from '../image.ts';
import { type Belonging, claimPart } from './claim.ts';
import { type Cursor, isNull, offsetOf, type ScalarCursor, textOf } from './cursor.ts';
import { type DigestField, digestFields, writeDigest } from './digests.ts';
import type { Edit, ImageTarget, Site } from './format.ts';
import { templateReason } from './parse.ts';
import { tagAndDigest } from './reference.ts';
import { refuse } from './refusal.ts';

/** The scalars of an image whose tag and digest stand beside its name. */
export type Parts = Belonging & {
  readonly tags: readonly Cursor[];
  readonly tagKey: string;
  /** What else stands there, in which a digest may be. */
  readonly others: readonly { readonly key: string; readonly value: Cursor }[];
};

/**
 * The site of an image whose tag and digest are scalars of their own, beside its name: Kustomize (`newTag`, `digest`),
 * Helm values (`tag`; `digest`, `sha` and others). The tag may hold a digest too (`v1@sha256:…`). `null` and `""` are
 * places to write to. Where there is neither, no site: the tag is decided somewhere else.
 * @throws TagboatError `manifest-refused`
 */
export const tagPairSite = (parts: Parts): Site | undefined => {
  const tag = tagOf(parts);
  const [ownTag, ownDigest] = tag === undefined ? [] : splitTag(tag);
  const digests = digestFields(parts.others, ownDigest);
  const given = digests.filter(({ digest }) => digest !== undefined);
  const at = tag ?? given[0]?.at;
  if (at === undefined) return undefined;
  refuseDigestInName(parts);
  for (const part of [...(tag === undefined ? [] : [tag]), ...digests.map((field) => field.at)])
    claimPart(part, parts);
  return {
    at,
    tag: ownTag,
    digest: given[0]?.digest ?? ownDigest,
    edits: (target) => pairEdits(tag, given.length > 0 ? given : emptyOf(digests), target, parts.tagKey),
  };
};

/** `repository: org/app@sha256:…` with a tag beside it: the digest decides, and would stay. */
const refuseDigestInName = ({ name }: Parts): void => {
  if (name === undefined || !isScalarCursor(name) || !textOf(name).includes('@')) return;
  const reason =
    'the name of the image has a digest, and the tag stands beside it; write the digest there too';
  refuse(name.document, offsetOf(name.node), reason);
};

/** Of several keys that may hold a digest and do not, the one whose form is the usual one. */
const emptyOf = (digests: readonly DigestField[]): readonly DigestField[] =>
  digests.toSorted((a, b) => Number(a.isBare) - Number(b.isBare)).slice(0, 1);

const isScalarCursor = (cursor: Cursor): cursor is ScalarCursor => isScalar(cursor.node);

const tagOf = ({ tags }: Parts): ScalarCursor | undefined => {
  const scalars = tags.filter(isScalarCursor);
  const [other] = tags;
  if (scalars.length === 0 && other !== undefined) {
    const { template } = other.document;
    if (template !== undefined) refuse(other.document, template, templateReason);
    refuse(other.document, offsetOf(other.node), 'the tag is not text; write it out');
  }
  return scalars.find(({ node }) => !isNull(node)) ?? scalars[0];
};

/** @param digests that have to be kept in step with the tag; where none is set, the one to set */
const pairEdits = (
  tag: ScalarCursor | undefined,
  digests: readonly DigestField[],
  target: ImageTarget,
  tagKey: string,
): readonly Edit[] => {
  const [first] = digests;
  if (first === undefined) return tag === undefined ? [] : [{ at: tag, to: tagAndDigest(target) }];
  const written = digests.map((field) => ({ at: field.at, to: writeDigest(field, target.digest) }));
  if (tag !== undefined) return [{ at: tag, to: target.tag }, ...written];
  if (target.digest !== undefined) return written;
  const reason = `the image is chosen by its digest alone; add \`${tagKey}\`, or set \`pin: digest\` for the environment`;
  return refuse(first.at.document, offsetOf(first.at.node), reason);
};

const splitTag = (at: ScalarCursor): readonly [tag: string | undefined, digest: string | undefined] => {
  const text = textOf(at);
  if (text === '') return [undefined, undefined];
  const [tag = '', digest] = text.split('@', 2);
  if (!isTag(tag) || (digest !== undefined && !isDigest(digest)))
    refuse(at.document, offsetOf(at.node), `"${text.slice(0, 200)}" is not a tag; write it out`);
  return [tag, digest];
};
