import { TagboatError } from '../../errors.ts';
import type { Caution } from '../../view/caution.ts';
import type { ImageVersion, Release } from './release.ts';
import { lastVerdict, type Situation, sameVersion, stoodBefore } from './way-back.ts';

/** What the user who names a version may not know of it. */
export const cautionOf = (version: ImageVersion, situation: Situation): Caution | undefined => {
  const verdict = lastVerdict(version, situation.known, sameVersion(situation.pin));
  if (verdict !== undefined) return verdict === 'healthy' ? undefined : { code: verdict };
  const by = stoodBefore(version, situation);
  return by === undefined ? { code: 'never-healthy' } : { code: 'stood-before', before: by.tag };
};

type Named = {
  readonly app: string;
  readonly environment: string;
  readonly to?: string | undefined;
  readonly number?: number | undefined;
};

/**
 * The version that the user of an undo named, by its tag or by the number of a release; undefined where none was.
 * @throws TagboatError `command-invalid`
 */
export const findNamed = (
  { app, environment, to, number }: Named,
  current: Release | undefined,
  { known, pin }: Situation,
): ImageVersion | undefined => {
  if (number !== undefined) {
    const named = known.find((release) => release.number === number);
    if (named === undefined)
      throw new TagboatError(
        'command-invalid',
        `${app} ${environment} has no release #${number} within reach; see /tagboat history ${app} ${environment}`,
      );
    if (current !== undefined && sameVersion(pin)(named, current))
      throw new TagboatError('command-invalid', `${named.tag} is what ${environment} has now`);
    return named;
  }
  if (to === undefined) return undefined;
  if (to === current?.tag) throw new TagboatError('command-invalid', `${to} is what ${environment} has now`);
  const digest = known.find(({ tag, digest }) => tag === to && digest !== undefined)?.digest;
  return { tag: to, digest };
};
