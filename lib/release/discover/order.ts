import type { EnvironmentConfig } from '../../config/types.ts';
import { isOlder } from '../model/tag-policy.ts';

/** Whether the environment's policy says that a tag is older than another; false where it has no order for the two. */
export const isOlderIn = (_environment: EnvironmentConfig, tag: string, than: string): boolean =>
  isOlder(tag, than);

/** Oldest first, as far as the policy can tell; what it cannot compare stays as it is. Pure. */
export const oldestFirst = <T>(
  environment: EnvironmentConfig,
  values: readonly T[],
  tagOf: (value: T) => string,
): readonly T[] =>
  values.toSorted((a, b) => {
    if (isOlderIn(environment, tagOf(a), tagOf(b))) return -1;
    return isOlderIn(environment, tagOf(b), tagOf(a)) ? 1 : 0;
  });
