import { isScalar } from 'yaml';
import { tryParseImage } from '../image.ts';
import { type Cursor, child, entries, fieldsOf, items, scalarOf, textAt, textOf } from './cursor.ts';
import { digestsOf } from './digests-beside.ts';
import type { Site, Wanted } from './format.ts';
import { imageKey, imageNameKey } from './image-keys.ts';
import { referenceSite, referenceWithDigests } from './reference.ts';
import { isImageOf, registryPaths, repositoryNames } from './registries.ts';
import { tagPairSite } from './tag-pair.ts';

/**
 * The places of a tree of Helm values that set the image, in the spellings that charts share:
 * `image: {registry, repository, name, tag, digest}` (or any map with a `repository` and a tag; the registry may be that of a
 * map around it or of `global`), `image: org/app:v1`, `image: org/app` with `imageTag` or `tag` beside it, `imageRepository`
 * with `imageTag`; under any key that ends in `image`; nested, and in lists. Where no tag is written the chart decides it, and
 * there is nothing to set. https://helm.sh/docs/chart_best_practices/values/
 */
export const helmImages = (values: Cursor, wanted: Wanted): readonly Site[] =>
  imagesIn(values, wanted, { global: globalRegistries(values), around: [] });

type Registries = {
  /** They come before an image's own: https://github.com/bitnami/charts/blob/main/bitnami/common/templates/_images.tpl */
  readonly global: readonly string[];
  /** Those of the maps around an image, which may be meant where it has none of its own. */
  readonly around: readonly string[];
};

const imagesIn = (values: Cursor, wanted: Wanted, { global, around }: Registries): readonly Site[] => {
  const registries = { global, around: [...around, ...ownRegistries(values)] };
  return [
    ...repositorySites(values, wanted, registries),
    // What an alias or a merge key brings has its site at its anchor, where only this key says that it is an image.
    ...fieldsOf(values).flatMap(({ key, value }) =>
      isScalar(value.node) ? stringSites(values, key, value, wanted, registries) : [],
    ),
    ...entries(values).flatMap(({ value }) =>
      isScalar(value.node) ? [] : imagesIn(value, wanted, registries),
    ),
    ...items(values)
      .filter((item) => item.hazards.every((hazard) => hazard.isAlias !== true))
      .flatMap((item) => imagesIn(item, wanted, registries)),
  ];
};

const globalRegistries = (values: Cursor): readonly string[] =>
  registryPaths.flatMap((keys) => textAt(values, 'global', ...keys) ?? []);

const ownRegistries = (map: Cursor): readonly string[] =>
  ['registry', 'imageRegistry'].flatMap((key) => textAt(map, key) ?? []);

const repositorySites = (map: Cursor, wanted: Wanted, { global, around }: Registries): readonly Site[] => {
  const isImage = imageKey.test(String(map.path.at(-1)));
  const [repository, named] = ['repository', 'name'].map((key) => scalarOf(child(map, key)));
  const name = repository ?? (isImage ? named : undefined);
  if (name === undefined) return [];
  const parts = [textOf(name)];
  const own = ownRegistries(map);
  const hosts = [...(own.length > 0 ? own : ['', ...around]), ...global];
  const isWhole = isImageOf(hosts, parts, wanted);
  const isSplit = isImage && repository !== undefined && named !== undefined;
  if (!isWhole && !(isSplit && isImageOf(hosts, [...parts, textOf(named)], wanted))) return [];
  const tags = ['tag', ...(isImage ? ['imageTag'] : [])].flatMap((key) => child(map, key));
  const others = fieldsOf(map).filter(({ key }) => key !== 'tag' && !repositoryNames.includes(key));
  const site = tagPairSite({
    name,
    names: repositoryNames,
    tags,
    tagKey: 'tag',
    others,
  });
  return site === undefined ? [] : [site];
};

const stringSites = (
  map: Cursor,
  key: string,
  value: Cursor,
  wanted: Wanted,
  { global, around }: Registries,
): readonly Site[] => {
  const scalar = scalarOf([value]);
  const base = imageNameKey.exec(key)?.[1];
  if (scalar === undefined || (base === undefined && !imageKey.test(key))) return [];
  const image = tryParseImage(textOf(scalar));
  const others = digestsOf(map, base ?? key);
  const belonging = { name: scalar, names: [key] };
  if (base === undefined && (image === undefined || (image.tag ?? image.digest) !== undefined)) {
    const site = referenceSite(scalar, wanted);
    return site === undefined ? [] : [referenceWithDigests(site, belonging, others)];
  }
  if (!isImageOf(['', ...around, ...global], [textOf(scalar)], wanted)) return [];
  const tags = [...child(map, `${base ?? key}Tag`), ...(key === 'image' ? child(map, 'tag') : [])];
  const site = tagPairSite({ ...belonging, tags, tagKey: 'tag', others });
  return site === undefined ? [] : [site];
};
