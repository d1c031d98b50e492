import * as z from 'zod/mini';
import type { Ignored, Parsed, TagPushed } from '../event.ts';

/** What became of one reference in a push of several. */
export type PushedRef = {
  /** Without `refs/tags/`; undefined where it is no tag. */
  readonly tag: string | undefined;
  readonly isDeleted: boolean;
  /** The commit that it points at now, where the payload says so. */
  readonly revision?: string | undefined;
};

/** A list of references, of which a push can have many: as many as fit into a body, with everything that is said of each. */
export const refsOf = <T extends z.ZodMiniType>(ref: T) =>
  z.array(ref).check(z.refine((refs) => refs.length <= 5000));

const explained = (reason: 'not-a-tag' | 'tag-deleted', count: number): Ignored => ({
  reason,
  message: `${count} of the pushed references ${reason === 'not-a-tag' ? 'are no tags' : 'are tags that were deleted'}`,
});

/**
 * Every tag of a push, and in a line for each reason what else there is.
 * @param push what its tags have in common
 */
export const tagsPushed = (
  refs: readonly PushedRef[],
  push: Omit<TagPushed, 'type' | 'tag' | 'revision'>,
): Parsed => {
  const others = refs.filter(({ tag }) => tag === undefined).length;
  const deleted = refs.filter(({ tag, isDeleted }) => tag !== undefined && isDeleted).length;
  return {
    events: refs.flatMap(({ tag, isDeleted, revision }) =>
      tag === undefined || isDeleted ? [] : [{ type: 'tag-pushed' as const, ...push, tag, revision }],
    ),
    ignored: [
      ...(others === 0 ? [] : [explained('not-a-tag', others)]),
      ...(deleted === 0 ? [] : [explained('tag-deleted', deleted)]),
      ...(refs.length === 0 ? [{ reason: 'no-tag' as const, message: 'the push names no reference' }] : []),
    ],
  };
};
