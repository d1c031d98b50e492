import { isTag } from '../../../../lib/image.ts';
import { isKnownDigest } from './digest.ts';
import { RegistryError } from './errors.ts';

/** What a path of the API is about. */
export type Route =
  | { readonly type: 'base' }
  | { readonly type: 'tags'; readonly name: string }
  | {
      readonly type: 'manifest';
      readonly name: string;
      readonly reference: string;
      readonly isDigest: boolean;
    }
  | { readonly type: 'blob'; readonly name: string; readonly digest: string }
  | { readonly type: 'uploads'; readonly name: string }
  | { readonly type: 'upload'; readonly name: string; readonly id: string };

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const maxNameLength = 255;

/** True for the path of an image within its registry: `team/app`. */
export const isRepositoryName = (name: string): boolean =>
  name.length <= maxNameLength && namePattern.test(name);

/**
 * Parses a path, and checks every part of it, so that whatever comes out may become part of a file name.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
 * @param path without query
 * @returns undefined: no endpoint
 * @throws RegistryError `NAME_INVALID`, `TAG_INVALID`, `DIGEST_INVALID`
 */
export const parseRoute = (path: string): Route | undefined => {
  const decoded = decode(path);
  if (decoded === '/v2' || decoded === '/v2/') return { type: 'base' };
  const match =
    /^\/v2\/(?<name>.+)\/(?:(?<tags>tags\/list)|(?<uploads>blobs\/uploads\/?)|blobs\/uploads\/(?<upload>[^/]+)|blobs\/(?<blob>[^/]+)|manifests\/(?<reference>[^/]+))$/.exec(
      decoded ?? '',
    );
  const part = match?.groups;
  if (part === undefined) return undefined;
  const name = part.name ?? '';
  if (!isRepositoryName(name)) throw new RegistryError('NAME_INVALID', 'invalid repository name', { name });
  if (part.tags !== undefined) return { type: 'tags', name };
  if (part.uploads !== undefined) return { type: 'uploads', name };
  if (part.upload !== undefined) return { type: 'upload', name, id: part.upload };
  if (part.blob !== undefined) return { type: 'blob', name, digest: checkDigest(part.blob) };
  return { type: 'manifest', name, ...checkReference(part.reference ?? '') };
};

/** @throws RegistryError `DIGEST_INVALID` */
export const checkDigest = (text: string): string => {
  if (isKnownDigest(text)) return text;
  throw new RegistryError('DIGEST_INVALID', 'provided digest is not a sha256 or sha512 digest', {
    digest: text,
  });
};

const checkReference = (text: string): { reference: string; isDigest: boolean } => {
  if (text.includes(':')) return { reference: checkDigest(text), isDigest: true };
  if (!isTag(text)) throw new RegistryError('TAG_INVALID', 'that is not a tag', { tag: text });
  return { reference: text, isDigest: false };
};

const decode = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined; // a malformed percent sequence
  }
};
