import { TagboatError } from './errors.ts';

/**
 * An image reference in parts, normalised the way Docker does: `okeydokey` is `docker.io/library/okeydokey`.
 * Grammar: https://pkg.go.dev/github.com/distribution/reference
 */
export type ImageReference = {
  /** Host, with its port where one is given: `docker.io`, `127.0.0.1:5055`. */
  readonly host: string;
  /** Path within the host: `library/okeydokey`. */
  readonly path: string;
  /** `host/path`: what two references to the same image have in common, whatever their tags. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
};

/** Whether two digests are of the same image, as far as can be told. */
export type DigestComparison = 'same' | 'other' | 'unknown';

const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const tagPattern = /^[\w][\w.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const maxNameLength = 255;
/** Room for twice the hex digits of SHA-512, the longest that is registered. */
const maxDigestLength = 300;

const dockerHubHosts = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

/** True for what may stand behind the colon of a reference: at most 128 characters of `[A-Za-z0-9_.-]`. */
export const isTag = (text: string): boolean => tagPattern.test(text);

/** True for `sha256:` and 64 hex digits, and the other algorithms the OCI specification allows. */
export const isDigest = (text: string): boolean => text.length <= maxDigestLength && digestPattern.test(text);

/**
 * Parses an image reference, or answers undefined where the text is none.
 * @param text as in a manifest: `[host[:port]/]path[:tag][@digest]`
 */
export const tryParseImage = (text: string): ImageReference | undefined => {
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const beforeDigest = at === -1 ? text : text.slice(0, at);
  const colon = beforeDigest.lastIndexOf(':');
  const hasTag = colon > beforeDigest.lastIndexOf('/');
  const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined;
  if (tag !== undefined && !isTag(tag)) return undefined;
  const given = hasTag ? beforeDigest.slice(0, colon) : beforeDigest;
  const slash = given.indexOf('/');
  const first = slash === -1 ? '' : given.slice(0, slash);
  const hasHost =
    first !== '' &&
    (first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase());
  const rawHost = hasHost ? first : 'docker.io';
  if (!hostPattern.test(rawHost)) return undefined;
  const host = dockerHubHosts.has(rawHost.toLowerCase()) ? 'docker.io' : rawHost.toLowerCase();
  const rawPath = hasHost ? given.slice(slash + 1) : given;
  const path = host === 'docker.io' && !rawPath.includes('/') ? `library/${rawPath}` : rawPath;
  if (!path.split('/').every((component) => pathComponent.test(component))) return undefined;
  const name = `${host}/${path}`;
  if (name.length > maxNameLength) return undefined;
  return { host, path, name, tag, digest };
};

/**
 * Parses an image reference.
 * @throws TagboatError `image-reference-invalid`
 */
export const parseImage = (text: string): ImageReference => {
  const image = tryParseImage(text);
  if (image === undefined)
    throw new TagboatError('image-reference-invalid', `"${text.slice(0, 300)}" is not an image reference`);
  return image;
};

/** `docker.io/library/okeydokey` for people: `okeydokey`. The inverse of normalisation, for messages. */
export const familiarName = (name: string): string =>
  name.startsWith('docker.io/library/')
    ? name.slice('docker.io/library/'.length)
    : name.startsWith('docker.io/')
      ? name.slice('docker.io/'.length)
      : name;
