import { type Cursor, child } from './cursor.ts';

const digestNames = ['Digest', 'Digests', 'Sha', 'SHA', 'Sha256', 'SHA256'];
const digestNamesAlone = ['digest', 'digests', 'sha', 'sha256'];

/** Where the digest of the image under a key may stand in the same map, by the names it would have beside `image`. */
export const digestsOf = (
  map: Cursor,
  key: string,
): readonly { readonly key: string; readonly value: Cursor }[] =>
  [
    ...digestNames.map((name) => ({ key: `image${name}`, values: child(map, key + name) })),
    ...digestNamesAlone.map((name) => ({ key: name, values: key === 'image' ? child(map, name) : [] })),
  ].flatMap(({ key: name, values }) => values.map((value) => ({ key: name, value })));

/** Whether a key beside that of an image is where its digest may stand. */
export const isDigestKeyOf = (image: string, key: string): boolean =>
  digestNames.some((name) => key === image + name) || (image === 'image' && digestNamesAlone.includes(key));
