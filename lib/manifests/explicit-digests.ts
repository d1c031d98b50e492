import { isScalar } from 'yaml';
import type { PathStep } from '../field-path.ts';
import { type Cursor, offsetOf } from './cursor.ts';
import { isDigestName } from './digests.ts';
import { followPath } from './follow-path.ts';
import { refuse } from './refusal.ts';

/**
 * What a path to a digest leads to, under a key that says what it is.
 * @throws TagboatError `manifest-refused` where it is no text
 */
export const explicitDigests = (
  base: Cursor,
  steps: readonly PathStep[] | undefined,
): readonly { readonly key: string; readonly value: Cursor }[] =>
  steps === undefined
    ? []
    : followPath(base, steps).map((value) => {
        if (!isScalar(value.node)) refuse(value.document, offsetOf(value.node), 'the digest is not text');
        const key = String(value.path.at(-1));
        return { key: isDigestName(key) ? key : 'digest', value };
      });
