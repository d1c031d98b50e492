/** An image reference in parts, normalised as containerd does it: `web` is `docker.io/library/web`. */
type ImageReference = {
  /** `host/path`, without tag and digest. */
  readonly name: string;
  readonly tag: string | undefined;
};

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const host = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-f:]+\\])(?::\\d+)?$`, 'i');
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tag = /^\w[\w.-]{0,127}$/;
const digest = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const maxNameLength = 255;

/**
 * @param text as in a manifest: `[host[:port]/]path[:tag][@digest]`
 * @returns undefined where the kubelet would say InvalidImageName
 * Grammar: https://pkg.go.dev/github.com/distribution/reference
 */
export const parseImage = (text: string): ImageReference | undefined => {
  const [beforeDigest = '', ...digests] = text.split('@');
  if (digests.length > 1 || !digests.every((one) => digest.test(one))) return undefined;
  const [, given = '', tagGiven] = /^(.*?)(?::([^:/]*))?$/.exec(beforeDigest) ?? [];
  if (tagGiven !== undefined && !tag.test(tagGiven)) return undefined;
  const [first = '', ...rest] = given.split('/');
  const hasHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  const registry = hasHost && first !== 'index.docker.io' ? first.toLowerCase() : 'docker.io';
  const path = hasHost ? rest : [first, ...rest];
  if (!host.test(registry) || !path.every((one) => component.test(one))) return undefined;
  const isOfficial = registry === 'docker.io' && path.length === 1;
  const name = [registry, ...(isOfficial ? ['library'] : []), ...path].join('/');
  return name.length > maxNameLength ? undefined : { name, tag: tagGiven };
};
