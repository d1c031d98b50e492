import { isScalar } from 'yaml';
import { isDigest } from '../image.ts';
import { type Cursor, offsetOf, type ScalarCursor, scalarsIn, textOf } from './cursor.ts';
import { refuse } from './refusal.ts';

/** A scalar beside the tag that holds the digest of the image, with its algorithm or, as some charts want it, without. */
export type DigestField = {
  readonly at: ScalarCursor;
  /** `sha256:…`; undefined where there is none yet. */
  readonly digest: string | undefined;
  /** The chart puts the algorithm before it: `repository:tag@sha256:<sha>` (https://github.com/helm/charts/pull/23240). */
  readonly isBare: boolean;
};

/** A value beside the tag; `written` is its key where `key` says of it what it would be called beside `image`. */
export type Field = { readonly key: string; readonly value: Cursor; readonly written?: string | undefined };
type ScalarField = Field & { readonly value: ScalarCursor };

const bareHex = /^[0-9a-f]{64}$/;
/** `digest`, `imageDigest`, `sha`, `sha256`, `imageSha`, `image_sha256`; what stands there is a digest, or nothing. */
const fieldName = /^(?:image[_-]?)?(?:digest|sha(?:256)?)$/i;
const digestName = /digest$/i;

/** Under such a name stands the digest of the image, or none. */
export const isDigestName = (key: string): boolean => fieldName.test(key);

/** What of 64 hexadecimal digits is no checksum of anything. */
const secretName = /(?:secret|password|token|key|salt)$/i;

/** Names that say of no other image that it is meant, where a digest stands there. */
const plainName = /^(?:image[_-]?)?(?:hash|id|ref|revision|version)$/i;
/** `sidecarDigest`, `configSha256`, `init_hash`: what stands before may be the name of another image. */
const prefixedName = /^(.*?)[_-]?(?:image[_-]?)?(?:digest|sha(?:256)?|hash)$/i;
/** `digest: {sha256: …}`, `digests: […]`. */
const groupName = /^(?:image[_-]?)?(?:digest|sha(?:256)?)s?$/i;

/**
 * Which values beside a tag hold the image's digest. One of another name counts where it is the digest that is known of
 * the image; it is another image's where that digest is another, or where the image it names (`initDigest`: `initImage`)
 * stands there as well.
 * @param fields of the map that has the tag, by their keys
 * @param ofTag the digest that stands behind the tag
 * @throws TagboatError `manifest-refused` for what may be one, or should be and is not
 */
export const digestFields = (fields: readonly Field[], ofTag?: string): readonly DigestField[] => {
  for (const field of fields) refuseGroup(field);
  const scalars = fields.filter((field): field is ScalarField => isScalar(field.value.node));
  const own = scalars.flatMap(ownDigest);
  const known = [...own.map(({ digest }) => digest), ofTag].filter((digest) => digest !== undefined);
  const others = scalars.flatMap((field) => otherDigest(field, known, fields));
  return [...own, ...others];
};

const ownDigest = ({ key, value: at }: ScalarField): readonly DigestField[] => {
  const text = textOf(at);
  const isField = fieldName.test(key);
  if (isDigest(text)) return isField || plainName.test(key) ? [{ at, digest: text, isBare: false }] : [];
  if (!isField) return [];
  if (bareHex.test(text)) return [{ at, digest: `sha256:${text}`, isBare: true }];
  if (text === '') return [{ at, digest: undefined, isBare: !digestName.test(key) }];
  return digestName.test(key)
    ? refuse(at.document, offsetOf(at.node), `"${text.slice(0, 200)}" is not a digest; write it out`)
    : [];
};

/** What has a digest under a name that does not say whose it is. */
const otherDigest = (
  { key, value: at, written }: ScalarField,
  known: readonly string[],
  fields: readonly Field[],
): readonly DigestField[] => {
  const text = textOf(at);
  const isBare = bareHex.test(text) && !secretName.test(key);
  if (fieldName.test(key) || (!isBare && (!isDigest(text) || plainName.test(key)))) return [];
  const digest = isBare ? `sha256:${text}` : text;
  if (hasImageOf(key, fields)) return [];
  if (known.length > 0) return known.includes(digest) ? [{ at, digest, isBare }] : [];
  return refuseUnclear({ key, value: at, written });
};

/** @throws TagboatError `manifest-refused` */
export const refuseUnclear = ({ key, value: at, written = key }: Field): never => {
  const reason = `"${written}" may hold the digest of the image, or of another one; call it \`digest\`, or move it to another map`;
  return refuse(at.document, offsetOf(at.node), reason);
};

/** `sidecarDigest` → `sidecar`; '' where the name says of no image. */
export const prefixOf = (key: string): string => prefixedName.exec(key)?.[1]?.toLowerCase() ?? '';

const hasImageOf = (key: string, fields: readonly Field[]): boolean => {
  const prefix = prefixOf(key);
  return (
    prefix !== '' &&
    fields.some(({ key: other }) => {
      const name = other.toLowerCase();
      return name.startsWith(prefix) && /^[_-]?(?:image|repository|tag)$/.test(name.slice(prefix.length));
    })
  );
};

/** A digest within a map or a list would stay as it is. */
const refuseGroup = ({ key, value }: Field): void => {
  const at = isScalar(value.node) ? undefined : digestWithin(key, value);
  if (at === undefined) return;
  const reason = `the digest of the image stands within a map or a list; write it as text, under \`${key}\``;
  refuse(at.document, offsetOf(at.node), reason);
};

const digestWithin = (key: string, value: Cursor): ScalarCursor | undefined =>
  groupName.test(key) ? scalarsIn(value).find((at) => isAnyDigest(textOf(at))) : undefined;

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

/** Values of a map that are digests of the image in it, under whatever name; those of a map or a list in it too. */
export const digestsWithin = (fields: readonly Field[]): readonly ScalarCursor[] =>
  fields.flatMap(({ key, value }) => {
    const isNamed = (isScalar(value.node) ? fieldName : groupName).test(key);
    if (!isNamed && (!isScalar(value.node) || hasImageOf(key, fields))) return [];
    return scalarsIn(value).filter((at) => (isNamed ? isAnyDigest : isDigest)(textOf(at)));
  });

const isAnyDigest = (text: string): boolean => isDigest(text) || bareHex.test(text);

/** Under such a name stands nothing but a digest, of the image beside it. */
export const isPlainDigestName = (key: string): boolean => groupName.test(key) || plainName.test(key);

/** Whether a digest stands there as text, or under a name for digests within a map or a list. */
export const holdsDigest = (
  key: string,
  value: Cursor,
  { isBare }: { /** 64 digits without an algorithm are one. */ readonly isBare: boolean },
): boolean => {
  if (!isScalar(value.node)) return digestWithin(key, value) !== undefined;
  const text = textOf(value as ScalarCursor);
  return isDigest(text) || (isBare && bareHex.test(text));
};
