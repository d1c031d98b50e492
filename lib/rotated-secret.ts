import { type ErrorCode, TagboatError } from './errors.ts';

/** A secret that may be in the middle of being changed: each side of it changes when its owner gets to it. */
export type RotatedSecret<T> = {
  readonly current: () => Promise<T>;
  /** What it was before; undefined where only the current one is taken. */
  readonly previous?: (() => Promise<T>) | undefined;
};

/** Which of the two a sender has proven to know. */
export type SecretAge = 'current' | 'previous';

const wrong: readonly ErrorCode[] = ['signature-wrong', 'unauthorized'];

/**
 * Checks a proof against the current secret and, only where that is not the one, against the one before.
 * @param verify throws `signature-wrong` or `unauthorized` where the proof was not made with the secret
 * @throws TagboatError what `verify` throws, and what comes of opening a secret
 */
export const verifyRotated = async <T>(
  { current, previous }: RotatedSecret<T>,
  verify: (secret: T) => void | Promise<void>,
): Promise<SecretAge> => {
  try {
    await verify(await current());
    return 'current';
  } catch (error) {
    if (previous === undefined || !(error instanceof TagboatError) || !wrong.includes(error.code))
      throw error;
  }
  await verify(await previous());
  return 'previous';
};
