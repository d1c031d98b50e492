import { isDigest, isTag } from '../image.ts';
import { type Cursor, claim, offsetOf, type ScalarCursor, scalarOf, textOf } from './cursor.ts';
import type { Edit, ImageTarget, Site } from './format.ts';
import { tagAndDigest } from './reference.ts';
import { refuse } from './refusal.ts';

/**
 * The site of an image whose tag and digest are scalars of their own, beside its name: Kustomize (`newTag`, `digest`),
 * Helm values (`tag`, `digest`). The tag may hold a digest too (`v1@sha256:…`). Where there is neither, no site: the tag
 * is decided somewhere else.
 * @throws TagboatError `manifest-refused`
 */
export const tagPairSite = (
  tags: readonly Cursor[],
  digests: readonly Cursor[],
  tagKey: string,
): Site | undefined => {
  const tag = scalarOf(tags);
  const digest = scalarOf(digests);
  const at = tag ?? digest;
  if (at === undefined || (tag === undefined && digest !== undefined && textOf(digest) === ''))
    return undefined;
  if (tag !== undefined) claim(tag);
  if (digest !== undefined) claim(digest);
  const [ownTag, ownDigest] = tag === undefined ? [] : splitTag(tag);
  const apart = digest === undefined ? undefined : readDigest(digest);
  return {
    at,
    tag: ownTag,
    digest: apart ?? ownDigest,
    edits: (target) => pairEdits(tag, digest, target, tagKey),
  };
};

const pairEdits = (
  tag: ScalarCursor | undefined,
  digest: ScalarCursor | undefined,
  target: ImageTarget,
  tagKey: string,
): readonly Edit[] => {
  if (digest === undefined) return tag === undefined ? [] : [{ at: tag, to: tagAndDigest(target) }];
  if (tag !== undefined)
    return [
      { at: tag, to: target.tag },
      { at: digest, to: target.digest ?? '' },
    ];
  if (target.digest !== undefined) return [{ at: digest, to: target.digest }];
  const reason = `the image is chosen by its digest alone; add \`${tagKey}\`, or set \`pin: digest\` for the environment`;
  return refuse(digest.document, offsetOf(digest.node), reason);
};

const splitTag = (at: ScalarCursor): readonly [tag: string | undefined, digest: string | undefined] => {
  const text = textOf(at);
  if (text === '') return [undefined, undefined];
  const [tag = '', digest] = text.split('@', 2);
  if (!isTag(tag) || (digest !== undefined && !isDigest(digest)))
    refuse(at.document, offsetOf(at.node), `"${text.slice(0, 200)}" is not a tag; write it out`);
  return [tag, digest];
};

const readDigest = (at: ScalarCursor): string | undefined => {
  const text = textOf(at);
  if (text === '') return undefined;
  if (!isDigest(text))
    refuse(at.document, offsetOf(at.node), `"${text.slice(0, 200)}" is not a digest; write it out`);
  return text;
};
