import { isScalar } from 'yaml';
import { tryParseImage } from '../image.ts';
import { type Cursor, child, entries, items, type ScalarCursor, scalarOf, textAt, textOf } from './cursor.ts';
import { digestsOf } from './digests-beside.ts';
import type { Site, Wanted } from './format.ts';
import { referenceSite, referenceWithDigests } from './reference.ts';
import { registryPaths, repositoryNames } from './registries.ts';
import { tagPairSite } from './tag-pair.ts';

/**
 * The places of a tree of Helm values that set the image, in the spellings that charts share:
 * `image: {registry, repository, tag, digest}` (or any map with a `repository` and a tag; the registry may be that of
 * `global`), `image: org/app:v1`, `image: org/app` with `imageTag` or `tag` beside it; under any key that ends in `image`;
 * nested, and in lists. Where no tag is written the chart decides it, and there is nothing to set.
 * https://helm.sh/docs/chart_best_practices/values/
 */
export const helmImages = (values: Cursor, wanted: Wanted): readonly Site[] =>
  imagesIn(values, wanted, globalRegistries(values));

const imagesIn = (values: Cursor, wanted: Wanted, registries: readonly string[]): readonly Site[] => [
  ...repositorySites(values, wanted, registries),
  ...entries(values).flatMap(({ key, value }) =>
    isScalar(value.node) ? stringSites(values, key, value, wanted) : imagesIn(value, wanted, registries),
  ),
  ...items(values)
    .filter((item) => item.hazards.every((hazard) => hazard.isAlias !== true))
    .flatMap((item) => imagesIn(item, wanted, registries)),
];

const imageKey = /image$/i;

const globalRegistries = (values: Cursor): readonly string[] =>
  registryPaths
    .map((keys) => textAt(values, 'global', ...keys))
    .filter((registry) => registry !== undefined && registry !== '') as readonly string[];

const repositorySites = (map: Cursor, wanted: Wanted, registries: readonly string[]): readonly Site[] => {
  const isImage = imageKey.test(String(map.path.at(-1)));
  const name = scalarOf(child(map, 'repository')) ?? (isImage ? scalarOf(child(map, 'name')) : undefined);
  if (name === undefined) return [];
  const own = textAt(map, 'registry') ?? '';
  const isWanted = [own, ...registries].some((registry) => isImageAt(registry, textOf(name), wanted));
  if (!isWanted) return [];
  const tags = child(map, 'tag');
  const others = entries(map).filter(({ key }) => key !== 'tag' && !repositoryNames.includes(key));
  const site = tagPairSite({
    name,
    names: repositoryNames,
    tags,
    tagKey: 'tag',
    others: [...others, ...mergedDigests(map)],
  });
  return site === undefined ? [] : [site];
};

const isImageAt = (registry: string, repository: string, wanted: Wanted): boolean => {
  const host = registry.replace(/\/+$/, '');
  const image = tryParseImage(host === '' ? repository : `${host}/${repository}`);
  return image?.name === wanted.image && image.tag === undefined;
};

/** What a map has through an alias or a merge key, under the usual names. */
const mergedDigests = (map: Cursor) => {
  const own = new Set(entries(map).map(({ value }) => value.node));
  return digestsOf(map, 'image').filter(({ value }) => !own.has(value.node));
};

const stringSites = (map: Cursor, key: string, value: Cursor, wanted: Wanted): readonly Site[] => {
  const scalar = scalarOf([value]);
  if (scalar === undefined || !imageKey.test(key)) return [];
  const image = tryParseImage(textOf(scalar));
  const others = digestsOf(map, key);
  if (image === undefined || image.tag !== undefined || image.digest !== undefined) {
    const site = referenceSite(scalar, wanted);
    return site === undefined ? [] : [referenceWithDigests(site, belongingTo(scalar, key), others)];
  }
  if (image.name !== wanted.image) return [];
  const tags = [...child(map, `${key}Tag`), ...(key === 'image' ? child(map, 'tag') : [])];
  const site = tagPairSite({ ...belongingTo(scalar, key), tags, tagKey: 'tag', others });
  return site === undefined ? [] : [site];
};

const belongingTo = (name: ScalarCursor, key: string) => ({ name, names: [key] });
