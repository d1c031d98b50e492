import { isDigest } from '../image.ts';
import { offsetOf, type ScalarCursor, textOf } from './cursor.ts';
import { refuse } from './refusal.ts';

/** A scalar beside the tag that holds the digest of the image, with its algorithm or, as some charts want it, without. */
export type DigestField = {
  readonly at: ScalarCursor;
  /** `sha256:…`; undefined where there is none yet. */
  readonly digest: string | undefined;
  /** The chart puts the algorithm before it: `repository:tag@sha256:<sha>` (https://github.com/helm/charts/pull/23240). */
  readonly isBare: boolean;
};

const bareHex = /^[0-9a-f]{64}$/;
/** `digest`, `imageDigest`, `sha`, `sha256`, `imageSha`, `image_sha256`; what stands there is a digest, or nothing. */
const fieldName = /^(?:image[_-]?)?(?:digest|sha(?:256)?)$/i;
const digestName = /digest$/i;
const shaName = /(?:digest|sha(?:256)?)$/i;

/**
 * Which values beside a tag hold the image's digest, under whatever key.
 * @param fields of the map that has the tag, by their keys
 * @throws TagboatError `manifest-refused` for what may be one, or should be and is not
 */
export const digestFields = (
  fields: readonly { readonly key: string; readonly value: ScalarCursor }[],
): readonly DigestField[] =>
  fields.flatMap(({ key, value: at }): readonly DigestField[] => {
    const text = textOf(at);
    if (isDigest(text)) return [{ at, digest: text, isBare: false }];
    if (text === '')
      return fieldName.test(key) ? [{ at, digest: undefined, isBare: !digestName.test(key) }] : [];
    if (bareHex.test(text)) {
      if (shaName.test(key)) return [{ at, digest: `sha256:${text}`, isBare: true }];
      const reason = `"${key}" may hold the digest of the image that stands there now; write \`sha256:\` before it, or call it \`digest\``;
      return refuse(at.document, offsetOf(at.node), reason);
    }
    if (fieldName.test(key) && digestName.test(key))
      return refuse(at.document, offsetOf(at.node), `"${text.slice(0, 200)}" is not a digest; write it out`);
    return [];
  });

/** @throws TagboatError `manifest-refused` where the field has no room for the algorithm of the digest */
export const writeDigest = ({ at, isBare }: DigestField, digest: string | undefined): string => {
  if (digest === undefined || !isBare) return digest ?? '';
  const hex = digest.replace(/^sha256:/, '');
  return bareHex.test(hex)
    ? hex
    : refuse(
        at.document,
        offsetOf(at.node),
        `only a SHA-256 digest can stand here, and the image has ${digest}`,
      );
};

/** True for a value that is the digest of the image beside it, by its key. */
export const isDigestField = (key: string, text: string): boolean =>
  fieldName.test(key) && (isDigest(text) || bareHex.test(text));
