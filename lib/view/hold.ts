import type { Actor } from '../actor.ts';

/** A rule that a tag, or every tag (`*`), is not released to an app and environment until lifted. */
export type Hold = {
  readonly app: string;
  readonly environment: string;
  readonly tag: string;
  /** Only this digest of the tag is held, where the environment pins digests: the tag itself may move on. */
  readonly digest?: string | undefined;
  readonly by: Actor;
  readonly reason: HoldReason;
  /** The release whose undo made it; the undo itself where it found that version when it was committed. */
  readonly release?: string | undefined;
  /** The `delivery` of the request for an undo that made it, before the undo itself was recorded. */
  readonly request?: string | undefined;
  /** A hold with an end that it took the place of; it comes back should the undo come to nothing. */
  readonly replaces?: Hold | undefined;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC; without it the hold stays until lifted. */
  readonly until?: string | undefined;
};

export type HoldReason =
  /** In the words of the user who set it. */
  | { readonly code: 'given'; readonly message: string }
  | { readonly code: 'not-given' }
  /** `slack`: by a command; absent where it was found undone when its commit was made. */
  | { readonly code: 'undone'; readonly from?: 'slack' | undefined }
  | { readonly code: 'rollout-failed'; readonly message: string };

export const holdReasonText = (reason: HoldReason): string => {
  switch (reason.code) {
    case 'given':
      return reason.message;
    case 'not-given':
      return 'no reason was given';
    case 'undone':
      return reason.from === 'slack' ? 'undone from Slack' : 'undone';
    case 'rollout-failed':
      return `the rollout failed: ${reason.message}`;
  }
};
