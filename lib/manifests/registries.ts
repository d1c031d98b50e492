import { tryParseImage } from '../image.ts';
import type { Wanted } from './format.ts';

/** Keys of a map with a `repository` that say which image it is. */
export const repositoryNames: readonly string[] = ['registry', 'imageRegistry', 'repository', 'name'];

/** Under `global`: a registry for all images of a chart and its subcharts, as Bitnami's charts have it. */
export const registryPaths: readonly (readonly string[])[] = [
  ['imageRegistry'],
  ['image', 'registry'],
  ['registry'],
];

/**
 * Whether the parts of a reference make the wanted image.
 * @param registries that may stand before it; '' for none
 * @param parts of the path, of which each may be missing: `team`, `shop`
 */
export const isImageOf = (
  registries: readonly string[],
  parts: readonly (string | undefined)[],
  wanted: Wanted,
): boolean => {
  const path = parts.filter((part) => part !== undefined && part !== '').join('/');
  return registries.some((registry) => {
    const host = registry.replace(/\/+$/, '');
    const image = tryParseImage(host === '' ? path : `${host}/${path}`);
    return image?.name === wanted.image && image.tag === undefined;
  });
};
