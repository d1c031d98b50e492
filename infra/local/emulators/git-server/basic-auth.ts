import { createHash, timingSafeEqual } from 'node:crypto';

export type Credentials = { readonly username: string; readonly password: string };

/**
 * True where an `Authorization` header carries these credentials (RFC 7617). Compared as hashes, so that the time it
 * takes tells neither how much was right nor how long the password is.
 */
export const isAuthorized = (header: string | undefined, credentials: Credentials): boolean => {
  const match = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '');
  const given = Buffer.from(match?.[1] ?? '', 'base64');
  const expected = Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8');
  return timingSafeEqual(sha256(given), sha256(expected));
};

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
