import { tryParseImage } from '../image.ts';
import { type Cursor, type ScalarCursor, scalarOf, textOf } from './cursor.ts';
import { digestsAmong } from './digests-beside.ts';
import type { Site, Wanted } from './format.ts';
import { imageKey } from './image-keys.ts';
import { referenceSite, referenceWithDigests } from './reference.ts';
import { isImageOf, registryPaths, repositoryNames } from './registries.ts';
import { tagPairSite } from './tag-pair.ts';

/** A value that is set by its path: a Helm parameter (`image.tag`), an operation of a JSON patch (`/spec/image/tag`). */
export type FlatValue = { readonly path: readonly string[]; readonly value: Cursor };

/** A value with the key at the end of its path. */
type Field = { readonly key: string; readonly value: Cursor };

/**
 * Images in a list of values with their paths, in the same spellings as in a tree of values: a whole reference under a path
 * that ends in `image`; a `repository`, or the `name` of an image, with `registry`, `tag` and digest under the same parent;
 * `image` with `tag` or `imageTag` beside it. Where no tag is written the chart decides it.
 */
export const flatImages = (values: readonly FlatValue[], wanted: Wanted): readonly Site[] => {
  const registries = registryPaths.flatMap((path) => textAtPath(values, ['global', ...path]) ?? []);
  return [...Map.groupBy(values, ({ path }) => JSON.stringify(path.slice(0, -1))).values()].flatMap(
    (group) => {
      const parent = group[0]?.path.at(-2) ?? '';
      const fields = group.map(({ path, value }) => ({ key: path.at(-1) ?? '', value }));
      return [
        ...repositorySites(fields, parent, registries, wanted),
        ...fields.flatMap((field) => stringSites(fields, field, wanted)),
      ];
    },
  );
};

const repositorySites = (
  fields: readonly Field[],
  parent: string,
  registries: readonly string[],
  wanted: Wanted,
): readonly Site[] => {
  const name =
    scalarOf(under(fields, 'repository')) ??
    (imageKey.test(parent) ? scalarOf(under(fields, 'name')) : undefined);
  if (name === undefined) return [];
  const registry = scalarOf(under(fields, 'registry'));
  const hosts = [registry === undefined ? '' : textOf(registry), ...registries];
  if (!isImageOf(hosts, [textOf(name)], wanted)) return [];
  return pairSite(
    name,
    under(fields, 'tag'),
    fields.filter(({ key }) => key !== 'tag' && !repositoryNames.includes(key)),
  );
};

const stringSites = (fields: readonly Field[], { key, value }: Field, wanted: Wanted): readonly Site[] => {
  const scalar = scalarOf([value]);
  if (scalar === undefined || !imageKey.test(key)) return [];
  const image = tryParseImage(textOf(scalar));
  const digests = digestsAmong(fields, key);
  const tags = [...under(fields, `${key}Tag`), ...(key === 'image' ? under(fields, 'tag') : [])];
  if (image?.name === wanted.image && image.tag === undefined && image.digest === undefined)
    return pairSite(scalar, tags, digests);
  const site = referenceSite(scalar, wanted);
  return site === undefined ? [] : [referenceWithDigests(site, { name: scalar, names: ownKeys }, digests)];
};

/** The maps are those of the list, `{name: image.tag, value: v1}`. */
const ownKeys = ['name', 'path', 'value'];

const pairSite = (name: ScalarCursor, tags: readonly Cursor[], others: readonly Field[]): readonly Site[] => {
  const site = tagPairSite({ name, names: ownKeys, tags, tagKey: 'tag', others });
  return site === undefined ? [] : [site];
};

const under = (fields: readonly Field[], name: string): readonly Cursor[] =>
  fields.filter(({ key }) => key === name).map(({ value }) => value);

const textAtPath = (values: readonly FlatValue[], path: readonly string[]): string | undefined => {
  const wanted = JSON.stringify(path);
  const scalar = scalarOf(
    values.filter((one) => JSON.stringify(one.path) === wanted).map(({ value }) => value),
  );
  return scalar === undefined ? undefined : textOf(scalar);
};
