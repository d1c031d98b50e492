import type { Actor } from '../../actor.ts';
import type { Item } from '../../store/table.ts';
import type { Hold } from '../../view/hold.ts';
import type { Reason } from '../../view/reason.ts';
import type { Release } from '../model/release.ts';

/**
 * The version of the rows of releases and holds, in their attribute `schema`. Rows without one are of version 1, in which
 * actors and reasons were texts; they are read as if they were of this version, and written as such at the next change.
 */
export const schema = 2;

const attributesOf = (item: Item): Record<string, unknown> => {
  const { pk: _pk, sk: _sk, version: _version, writer: _writer, schema: _schema, ...attributes } = item;
  return attributes;
};

/** The release in a row of any version. */
export const toRelease = (item: Item): Release => {
  const release = attributesOf(item);
  if (item.schema === schema) return release as unknown as Release;
  const { code, reason, requestedBy, paused, failure, notes, ...rest } = release as unknown as ReleaseRow1;
  const notUndone = notes?.find((note) => note.startsWith(notUndonePrefix));
  return {
    ...rest,
    requestedBy: upgradeActor(requestedBy),
    reason: upgradeReason(code, reason),
    paused: paused && { ...paused, by: upgradeActor(paused.by) },
    failure: failure && upgradeReason(failure.code, failure.reason),
    notes: notes?.filter((note) => note !== notUndone),
    notUndone:
      notUndone === undefined
        ? undefined
        : { code: 'unknown', message: notUndone.slice(notUndonePrefix.length) },
  };
};

/** The hold in a row of any version. */
export const toHold = (item: Item): Hold =>
  item.schema === schema
    ? (attributesOf(item) as unknown as Hold)
    : upgradeHold(attributesOf(item) as unknown as HoldRow1);

type ReleaseRow1 = Omit<Release, 'requestedBy' | 'reason' | 'paused' | 'failure' | 'notUndone'> & {
  readonly code?: string;
  readonly reason?: string;
  readonly requestedBy: string;
  readonly paused?: { readonly by: string; readonly at: number };
  readonly failure?: { readonly code: string; readonly reason: string };
};

type HoldRow1 = Omit<Hold, 'by' | 'reason' | 'replaces'> & {
  readonly by: string;
  readonly reason: string;
  readonly replaces?: HoldRow1;
};

const notUndonePrefix = 'It is not undone by itself: ';

const upgradeHold = ({ by, reason, replaces, ...rest }: HoldRow1): Hold => ({
  ...rest,
  by: upgradeActor(by),
  reason: { code: 'given', message: reason },
  replaces: replaces && upgradeHold(replaces),
});

const upgradeReason = (code: string | undefined, message: string | undefined): Reason | undefined =>
  message === undefined ? undefined : { code: code ?? 'unknown', message };

const upgradeActor = (by: string): Actor => {
  if (by === 'tagboat (onFailure: undo)') return { type: 'on-failure' };
  if (by === 'somebody in the cluster, or a step of the rollout') return { type: 'cluster' };
  const [, source = by, user = 'unknown'] = /^([^:]*):(.*)$/s.exec(by) ?? [];
  if (source === 'slack') return { type: 'slack', user };
  return { type: 'webhook', source, user: user === 'unknown' ? undefined : user };
};
