/**
 * The path of an image in a registry that holds several repositories: some have the key of theirs in it, some a host or a port
 * for each, and some are pulled through another that stands for several.
 * @param path as in tagboat.yml: `{repository}`, a part of a path, or nothing
 */
export const pathWithin = (path: string, repository: string, name: string): string =>
  [path === '{repository}' ? repository : path, name].filter((part) => part !== '').join('/');
