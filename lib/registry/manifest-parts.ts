import { isDigest } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import { mapping } from '../mapping.ts';

/** Answers what a digest in a registry is made of. */
export type ManifestReader = {
  /**
   * The digests by which a container runtime may name an image: its own; of an index those of its manifests, one for each
   * platform; else that of its configuration. Undefined where the registry does not have it.
   * @param image normalised name
   * @throws TagboatError as `RegistryClient.digestOf`
   */
  partsOf(image: string, digest: string): Promise<readonly string[] | undefined>;
};

const digestIn = (descriptor: unknown): readonly string[] => {
  const { digest } = mapping(descriptor);
  return typeof digest === 'string' && isDigest(digest) ? [digest] : [];
};

/** The parts of a manifest with that digest. https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export const partsOfManifest = (digest: string, body: Uint8Array): readonly string[] => {
  const { manifests, config } = mapping(jsonOrUndefined(Buffer.from(body).toString()));
  return [digest, ...(Array.isArray(manifests) ? manifests.flatMap(digestIn) : digestIn(config))];
};
