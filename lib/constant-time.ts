import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Compares two secrets in a time that depends on neither their contents nor where they first differ. Both are hashed
 * under a fresh random key before, so lengths may differ too ("double HMAC").
 */
export const equalInConstantTime = (left: string | Uint8Array, right: string | Uint8Array): boolean => {
  const key = randomBytes(32);
  const hash = (value: string | Uint8Array) => createHmac('sha256', key).update(value).digest();
  return timingSafeEqual(hash(left), hash(right));
};
