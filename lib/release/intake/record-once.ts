import { isMutableTag } from '../../config/mutable-tags.ts';
import type { SourceEvent } from '../../event.ts';
import type { Release, ReleaseRequest } from '../model/release.ts';
import type { Context } from '../queue/context.ts';
import { pickUpMs } from '../queue/schedule.ts';
import type { OutboxList } from '../record/outbox.ts';
import { recordGitTag } from './record-git-tag.ts';

/** The outbox list by the next step: without a digest, the registry is to be asked. */
export const listOf = ({ digest, group }: ReleaseRequest): OutboxList =>
  digest === undefined ? 'images' : `work#${group}`;

type Options = {
  /** Whether what was asked for before makes way for a new attempt. */
  readonly mayRetry: (known: Release) => boolean | Promise<boolean>;
  /** Whether what was asked for before is asked for anew, since its tag was moved to something else and back. */
  readonly goesBack: (known: Release) => Promise<boolean>;
  /** True for a hook that was received before one for another commit of its tag. */
  readonly isLate: boolean;
};

/** Records what an event asks for, or finds the release that the same thing was asked for by before; see `Releases.record`. */
export const recordOnce = (
  event: SourceEvent,
  request: ReleaseRequest,
  { mayRetry, goesBack, isLate }: Options,
  { store, clock }: Context,
) => {
  const recordAs = (as: ReleaseRequest, isNewest: (known: Release) => boolean) =>
    store.record(
      as,
      listOf(as),
      clock.now() + pickUpMs,
      async (known) => (isNewest(known) && (await mayRetry(known))) || goesBack(known),
    );
  // What moves by convention is another release each time: there is none that the tag alone leads to.
  return event.type === 'tag-pushed' && !isMutableTag(event.tag)
    ? recordGitTag(event, request, isLate, store, recordAs)
    : recordAs(request, () => true);
};
