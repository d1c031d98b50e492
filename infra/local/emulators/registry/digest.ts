import { createHash } from 'node:crypto';

/** `sha256:` or `sha512:` and hex digits in lower case: the algorithms that the OCI image specification registers. */
const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export const isKnownDigest = (text: string): boolean => digestPattern.test(text);

/** `sha256:…` of some bytes. */
export const digestOfBytes = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** True where the content has this digest, by the digest's own algorithm. */
export const matchesDigest = async (
  content: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  digest: string,
): Promise<boolean> => {
  const hash = createHash(algorithmOf(digest));
  for await (const chunk of content) hash.update(chunk);
  return `${algorithmOf(digest)}:${hash.digest('hex')}` === digest;
};

/** `sha256` */
export const algorithmOf = (digest: string): string => digest.slice(0, digest.indexOf(':'));

/** What follows the colon. */
export const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1);
