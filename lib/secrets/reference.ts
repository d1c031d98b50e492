import { TagboatError } from '../errors.ts';

/** A secret as tagboat.yml writes it, told apart by what has to be done to get at its plaintext. */
export type Reference =
  | { readonly type: 'kms'; readonly sealed: string }
  | { readonly type: 'env'; readonly name: string }
  | { readonly type: 'file'; readonly path: string }
  /** What the template of tagboat.yml holds until a value is sealed. */
  | { readonly type: 'placeholder' };

/**
 * Tells what kind of reference a text is.
 * @param slot to name in the error; the text itself is never shown, it may be a secret
 * @throws TagboatError `secret-reference-invalid`
 */
export const parseReference = (text: string, slot: string): Reference => {
  const [, scheme, rest = ''] = /^(kms|env|file):(\S+)$/.exec(text) ?? [];
  switch (scheme) {
    case 'kms':
      return /^REPLACE|…|\.\.\./.test(rest) ? { type: 'placeholder' } : { type: 'kms', sealed: rest };
    case 'env':
      return { type: 'env', name: rest };
    case 'file':
      return { type: 'file', path: rest };
    default:
      throw new TagboatError('secret-reference-invalid', `${slot} holds no reference to a secret`);
  }
};
