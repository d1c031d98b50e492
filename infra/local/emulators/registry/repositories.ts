import { algorithmOf, digestOfBytes, hexOf, isKnownDigest, matchesDigest } from './digest.ts';
import type { Storage } from './storage.ts';

type StoredManifest = { readonly digest: string; readonly mediaType: string; readonly bytes: Buffer };

export type Repositories = ReturnType<typeof createRepositories>;

/**
 * Images in files, laid out as CNCF Distribution does it: content once, by digest; and for each repository, which of it
 * is its own. Names, tags and digests have been checked before they come here.
 *
 *     blobs/sha256/<hex>                            content of blobs and manifests
 *     repositories/<name>/_layers/sha256/<hex>      empty: the blob belongs to the repository
 *     repositories/<name>/_manifests/sha256/<hex>   media type of the manifest
 *     repositories/<name>/_tags/<tag>               digest
 */
export const createRepositories = (storage: Storage) => {
  const hasBlob = async (name: string, digest: string): Promise<boolean> =>
    (await storage.size(layerPath(name, digest))) !== undefined &&
    (await storage.size(blobPath(digest))) !== undefined;

  const linkBlob = (name: string, digest: string): Promise<void> =>
    storage.write(layerPath(name, digest), Buffer.alloc(0));

  const digestOf = async (name: string, reference: string): Promise<string | undefined> => {
    const digest = isKnownDigest(reference)
      ? reference
      : (await storage.read(tagPath(name, reference)))?.toString('utf8');
    if (digest === undefined || (await storage.size(manifestPath(name, digest))) === undefined)
      return undefined;
    return digest;
  };

  return {
    hasBlob,
    linkBlob,
    digestOf,

    tags: async (name: string): Promise<readonly string[]> =>
      (await storage.list(tagDirectory(name))).map(tagOfFile).sort(),

    /** Size of a blob of the repository; undefined: it has none of that digest. */
    blobSize: async (name: string, digest: string): Promise<number | undefined> =>
      (await hasBlob(name, digest)) ? storage.size(blobPath(digest)) : undefined,

    openBlob: (digest: string) => storage.stream(blobPath(digest)),

    async putBlob(name: string, bytes: Uint8Array): Promise<string> {
      const digest = digestOfBytes(bytes);
      await storage.write(blobPath(digest), bytes);
      await linkBlob(name, digest);
      return digest;
    },

    /** Takes a file over as a blob where it has the digest; false, and the file stays, where it has not. */
    async adoptBlob(name: string, path: string, digest: string): Promise<boolean> {
      if (!(await matchesDigest(storage.stream(path), digest))) return false;
      await storage.move(path, blobPath(digest));
      await linkBlob(name, digest);
      return true;
    },

    async putManifest(name: string, manifest: StoredManifest): Promise<void> {
      await storage.write(blobPath(manifest.digest), manifest.bytes);
      await storage.write(manifestPath(name, manifest.digest), Buffer.from(manifest.mediaType));
    },

    async manifest(name: string, reference: string): Promise<StoredManifest | undefined> {
      const digest = await digestOf(name, reference);
      if (digest === undefined) return undefined;
      const [mediaType, bytes] = await Promise.all([
        storage.read(manifestPath(name, digest)),
        storage.read(blobPath(digest)),
      ]);
      if (mediaType === undefined || bytes === undefined) return undefined;
      return { digest, mediaType: mediaType.toString('utf8'), bytes };
    },

    tag: (name: string, tag: string, digest: string): Promise<void> =>
      storage.write(tagPath(name, tag), Buffer.from(digest)),
  };
};

const blobPath = (digest: string): string => `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;

const layerPath = (name: string, digest: string): string =>
  `repositories/${name}/_layers/${algorithmOf(digest)}/${hexOf(digest)}`;

const manifestPath = (name: string, digest: string): string =>
  `repositories/${name}/_manifests/${algorithmOf(digest)}/${hexOf(digest)}`;

const tagDirectory = (name: string): string => `repositories/${name}/_tags`;

/** Capitals are marked, so that `V1` and `v1` are two files on every file system. */
const tagPath = (name: string, tag: string): string =>
  `${tagDirectory(name)}/${tag.replace(/[A-Z]/g, (letter) => `%${letter}`)}`;

const tagOfFile = (file: string): string => file.replaceAll('%', '');
