import { type Cursor, child, items, scalarOf, textAt } from './cursor.ts';
import { flatImages } from './flat-images.ts';
import type { Site, Wanted } from './format.ts';
import { helmImages } from './helm-images.ts';
import { referenceSite } from './reference.ts';

/** True for a list of operations of RFC 6902. */
export const isJsonPatch = (list: Cursor): boolean => {
  const operations = items(list);
  return (
    operations.length > 0 &&
    operations.every((one) => textAt(one, 'op') !== undefined && textAt(one, 'path') !== undefined)
  );
};

/**
 * What the operations of a JSON patch say about the image: of a container, of values, and within larger pieces that they put
 * in. https://datatracker.ietf.org/doc/html/rfc6902
 */
export const jsonPatchImages = (list: Cursor, wanted: Wanted): readonly Site[] => {
  const operations = items(list).map((one) => ({
    path: (textAt(one, 'path') ?? '').split('/'),
    values: child(one, 'value'),
  }));
  const isContainers = (path: readonly string[]) =>
    /^(?:containers|initContainers|ephemeralContainers)$/.test(path.at(-3) ?? '') && path.at(-1) === 'image';
  return [
    ...operations
      .filter(({ path }) => isContainers(path))
      .flatMap(({ values }) => {
        const scalar = scalarOf(values);
        return scalar === undefined ? [] : (referenceSite(scalar, wanted) ?? []);
      }),
    ...flatImages(
      operations.flatMap(({ path, values }) => values.map((value) => ({ path, value }))),
      wanted,
    ),
    ...operations.flatMap(({ values }) => values.flatMap((value) => helmImages(value, wanted))),
  ];
};
