import { type Cursor, fieldsOf } from './cursor.ts';
import { type Field, holdsDigest, isPlainDigestName, prefixOf, refuseUnclear } from './digests.ts';
import { imageKey, imageNameKey } from './image-keys.ts';

/**
 * Where the digest of the image under a key may stand in the same map: under what begins with that key or its first word
 * (`webImageHash`, `webDigest`), under a plain name (`digest`), and wherever a digest is that no other image there has. They
 * come with the keys that they would have beside `image`.
 * @param elsewhere what is known to be a digest already
 * @throws TagboatError `manifest-refused` for one that may be that of any of several images
 */
export const digestsOf = (map: Cursor, key: string, elsewhere: readonly Cursor[] = []): readonly Field[] => {
  const known = byMap.get(map) ?? digestsIn(fieldsOf(map), imageKey.test(String(map.path.at(-1))));
  byMap.set(map, known);
  return ofImage(known, key, elsewhere);
};

/** The same for values that are set by their paths, those of one parent. */
export const digestsAmong = (fields: readonly Field[], key: string): readonly Field[] => {
  const known = byFields.get(fields) ?? digestsIn(fields, false);
  byFields.set(fields, known);
  return ofImage(known, key, []);
};

/** What may be a digest in a map, and of which of its images it is. */
type Digests = {
  readonly images: ReadonlySet<string>;
  /** By the key of the image. */
  readonly owned: ReadonlyMap<string | undefined, readonly Field[]>;
  readonly others: readonly Field[];
};

/** A thousand images of one map all ask about the same thousand keys. */
const byMap = new WeakMap<Cursor, Digests>();
const byFields = new WeakMap<readonly Field[], Digests>();

/** @param isImage of a map that is an image as a whole, in which 64 digits are a digest under any name */
const digestsIn = (fields: readonly Field[], isImage: boolean): Digests => {
  const keys = new Map(fields.map(({ key }) => [key.toLowerCase(), key]));
  const images = new Set([...keys.values()].flatMap(imageKeysOf));
  const found = fields.flatMap(({ key, value }) => {
    const { owner, name } = ownerOf(key, images, keys);
    const isNamed = isPlainDigestName(name);
    const isDigest = holdsDigest(key, value, { isBare: isNamed || isImage || key !== name });
    return isDigest || (isNamed && owner !== undefined)
      ? [{ owner, field: { key: name, value, written: key } }]
      : [];
  });
  const groups = Map.groupBy(found, ({ owner }) => owner);
  const owned = new Map([...groups].map(([owner, some]) => [owner, some.map(({ field }) => field)]));
  return { images, owned, others: owned.get(undefined) ?? [] };
};

const imageKeysOf = (key: string): readonly string[] =>
  imageKey.test(key) ? [key] : (imageNameKey.exec(key)?.slice(1) ?? []);

/** No key of an image is longer, and those of other things may have a mebibyte. */
const maxKey = 200;

/** The image of the map whose digest would have that key, and the key it would have beside `image`. */
const ownerOf = (
  key: string,
  images: ReadonlySet<string>,
  keys: ReadonlyMap<string, string>,
): { readonly owner: string | undefined; readonly name: string } => {
  for (let end = Math.min(key.length - 1, maxKey); end > 0; end -= 1)
    if (images.has(key.slice(0, end))) return { owner: key.slice(0, end), name: `image${key.slice(end)}` };
  const prefix = prefixOf(key);
  if (prefix === '') {
    const isOfImage = isPlainDigestName(key) && images.has('image');
    return { owner: isOfImage ? 'image' : undefined, name: key };
  }
  const beside = (name: string) =>
    ['', '_', '-'].flatMap((separator) => keys.get(`${prefix}${separator}${name}`) ?? [])[0];
  const image = beside('image');
  if (image !== undefined) return { owner: image, name: `image${key.slice(prefix.length)}` };
  return { owner: beside('repository') ?? beside('tag'), name: key };
};

const ofImage = (
  { images, owned, others }: Digests,
  key: string,
  elsewhere: readonly Cursor[],
): readonly Field[] => {
  const isOneOfSeveral = images.size > (images.has(key) ? 1 : 0);
  const isNew = ({ value }: Field) => elsewhere.every(({ node }) => node !== value.node);
  return [
    ...(owned.get(key) ?? []).filter(isNew),
    ...others.filter(isNew).map((field) => {
      if (isOneOfSeveral && isPlainDigestName(field.key)) refuseUnclear(field);
      return field.key.startsWith(key) ? { ...field, key: `image${field.key.slice(key.length)}` } : field;
    }),
  ];
};
