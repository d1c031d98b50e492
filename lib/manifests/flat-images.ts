import { tryParseImage } from '../image.ts';
import { type Cursor, scalarOf, textOf } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { referenceSite } from './reference.ts';
import { tagPairSite } from './tag-pair.ts';

/** A value that is set by its path: a Helm parameter (`image.tag`), an operation of a JSON patch (`/spec/image/tag`). */
export type FlatValue = { readonly path: readonly string[]; readonly value: Cursor };

/**
 * Images in a list of values with their paths: a whole reference under a path that ends in `image`, or a `repository` with
 * its `registry`, `tag` and digest under the same parent.
 */
export const flatImages = (values: readonly FlatValue[], wanted: Wanted): readonly Site[] => {
  const siblings = Map.groupBy(values, ({ path }) => parentOf(path));
  return values.flatMap(({ path, value }) => {
    const scalar = scalarOf([value]);
    const key = path.at(-1) ?? '';
    if (scalar === undefined) return [];
    if (/image$/i.test(key)) return referenceSite(scalar, wanted) ?? [];
    if (key !== 'repository') return [];
    const beside = (siblings.get(parentOf(path)) ?? []).map((one) => ({
      key: one.path.at(-1) ?? '',
      ...one,
    }));
    const under = (name: string) => beside.filter((one) => one.key === name).map((one) => one.value);
    const registry = scalarOf(under('registry'));
    const image = tryParseImage(
      registry === undefined ? textOf(scalar) : `${textOf(registry)}/${textOf(scalar)}`,
    );
    if (image?.name !== wanted.image) return [];
    const others = beside.filter((one) => !['registry', 'repository', 'tag'].includes(one.key));
    return (
      tagPairSite({
        name: scalar,
        names: ['name', 'path', 'value'],
        tags: under('tag'),
        tagKey: 'tag',
        others,
      }) ?? []
    );
  });
};

const parentOf = (path: readonly string[]): string => JSON.stringify(path.slice(0, -1));
