import { TagboatError } from '../errors.ts';
import type { DigestComparison } from '../image.ts';
import type { ManifestReader } from './manifest-parts.ts';

/**
 * Tells whether what a container runtime reports is the image with a digest. Some name the digest that was pulled, others that of
 * their platform's manifest in it, or of its configuration; and an index may be pushed again with the same manifests in it. Only
 * where the registry has both, and they have nothing in common, they are different images.
 * @param expected what the registry had under the release's tag
 */
export const createDigestComparison = (
  image: string,
  expected: string,
  { partsOf }: ManifestReader,
): ((running: string) => Promise<DigestComparison>) => {
  const known = new Map<string, readonly string[]>();
  const ask = async (digest: string): Promise<readonly string[] | undefined> => {
    try {
      const parts = known.get(digest) ?? (await partsOf(image, digest));
      if (parts !== undefined) known.set(digest, parts);
      return parts;
    } catch (error) {
      if (error instanceof TagboatError) return undefined;
      throw error;
    }
  };
  return async (running) => {
    if (running === expected) return 'same';
    const ours = await ask(expected);
    if (ours?.includes(running)) return 'same';
    const theirs = ours && (await ask(running));
    if (ours === undefined || theirs === undefined) return 'unknown';
    return theirs.some((part) => ours.includes(part)) ? 'same' : 'other';
  };
};
