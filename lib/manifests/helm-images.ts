import { isScalar } from 'yaml';
import { tryParseImage } from '../image.ts';
import { type Cursor, child, entries, items, scalarOf, textAt, textOf } from './cursor.ts';
import type { Site, Wanted } from './format.ts';
import { referenceSite } from './reference.ts';
import { tagPairSite } from './tag-pair.ts';

/**
 * The places of a tree of Helm values that set the image, in the spellings that charts share:
 * `image: {registry, repository, tag, digest}` (or any map with a `repository` and a tag), `image: org/app:v1`,
 * `image: org/app` with `imageTag` or `tag` beside it; under any key that ends in `image`; nested, and in lists.
 * Where no tag is written the chart decides it, and there is nothing to set.
 * https://helm.sh/docs/chart_best_practices/values/
 */
export const helmImages = (values: Cursor, wanted: Wanted): readonly Site[] => [
  ...repositorySites(values, wanted),
  ...entries(values).flatMap(({ key, value }) =>
    isScalar(value.node) ? stringSites(values, key, value, wanted) : helmImages(value, wanted),
  ),
  ...items(values)
    .filter((item) => item.hazards.every((hazard) => !hazard.isAlias))
    .flatMap((item) => helmImages(item, wanted)),
];

const imageKey = /image$/i;

const repositorySites = (map: Cursor, wanted: Wanted): readonly Site[] => {
  const isImage = imageKey.test(String(map.path.at(-1)));
  const repository = textAt(map, 'repository') ?? (isImage ? textAt(map, 'name') : undefined);
  if (repository === undefined) return [];
  const registry = textAt(map, 'registry')?.replace(/\/+$/, '') ?? '';
  const name = registry === '' ? repository : `${registry}/${repository}`;
  const image = tryParseImage(name);
  if (image?.name !== wanted.image || image.tag !== undefined) return [];
  const site = tagPairSite(child(map, 'tag'), child(map, 'digest'), 'tag');
  return site === undefined ? [] : [site];
};

const stringSites = (map: Cursor, key: string, value: Cursor, wanted: Wanted): readonly Site[] => {
  const scalar = scalarOf([value]);
  if (scalar === undefined || !imageKey.test(key)) return [];
  const image = tryParseImage(textOf(scalar));
  if (image === undefined || image.tag !== undefined || image.digest !== undefined) {
    const site = referenceSite(scalar, wanted);
    return site === undefined ? [] : [site];
  }
  if (image.name !== wanted.image) return [];
  const tags = [...child(map, `${key}Tag`), ...(key === 'image' ? child(map, 'tag') : [])];
  const digests = [...child(map, `${key}Digest`), ...(key === 'image' ? child(map, 'digest') : [])];
  const site = tagPairSite(tags, digests, 'tag');
  return site === undefined ? [] : [site];
};
