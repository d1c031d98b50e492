/** A rule that a tag, or every tag (`*`), is not released to an app and environment until lifted. */
export type Hold = {
  readonly app: string;
  readonly environment: string;
  readonly tag: string;
  readonly by: string;
  readonly reason: string;
  /** The release whose undo made it. */
  readonly release?: string | undefined;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC; without it the hold stays until lifted. */
  readonly until?: string | undefined;
};

/** The hold that keeps a tag back at this time, if any. Pure. */
export const holdFor = (holds: readonly Hold[], tag: string, now: number): Hold | undefined =>
  holds.find(
    (hold) =>
      (hold.tag === tag || hold.tag === '*') && (hold.until === undefined || Date.parse(hold.until) > now),
  );
