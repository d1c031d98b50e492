/** Keys of a map with a `repository` that say which image it is. */
export const repositoryNames: readonly string[] = ['registry', 'repository', 'name'];

/** Under `global`: a registry for all images of a chart and its subcharts, as Bitnami's charts have it. */
export const registryPaths: readonly (readonly string[])[] = [
  ['imageRegistry'],
  ['image', 'registry'],
  ['registry'],
];
