import type { Actor } from '../../actor.ts';
import type { Item } from '../../store/table.ts';
import type { Hold, HoldReason } from '../../view/hold.ts';
import type { Reason } from '../../view/reason.ts';
import type { Release } from '../model/release.ts';

/**
 * The version of the attributes of releases and holds, which is written into every row. In version 1, which wrote none,
 * actors and reasons were texts. What is a text is read as version 1 wrote it, attribute by attribute: while a new version is
 * deployed, functions of both change the same row.
 */
export const schema = 2;

const attributesOf = (item: Item): Record<string, unknown> => {
  const { pk: _pk, sk: _sk, version: _version, writer: _writer, schema: _schema, ...attributes } = item;
  return attributes;
};

/** The release in a row of any version. */
export const toRelease = (item: Item): Release => {
  const { code, reason, requestedBy, paused, failure, notes, notUndone, ...rest } = attributesOf(
    item,
  ) as unknown as AnyRelease;
  const note = notes?.find((text) => text.startsWith(notUndonePrefix));
  return {
    ...rest,
    requestedBy: upgradeActor(requestedBy),
    reason: upgradeReason(reason, code),
    paused: paused && { ...paused, by: upgradeActor(paused.by) },
    failure:
      failure &&
      ('reason' in failure && typeof failure.reason === 'string'
        ? upgradeReason(failure.reason, failure.code)
        : (failure as Reason)),
    notes: notes?.filter((text) => text !== note),
    notUndone:
      note === undefined ? notUndone : { code: 'unknown', message: note.slice(notUndonePrefix.length) },
  };
};

/** The hold in a row of any version. */
export const toHold = (item: Item): Hold => upgradeHold(attributesOf(item) as unknown as AnyHold);

/** What version 1 wrote in the place of each. */
type AnyRelease = Omit<Release, 'requestedBy' | 'reason' | 'paused' | 'failure'> & {
  readonly code?: string;
  readonly reason?: Reason | string;
  readonly requestedBy: Actor | string;
  readonly paused?: { readonly by: Actor | string; readonly at: number };
  readonly failure?: Reason | { readonly code: string; readonly reason: string };
};

type AnyHold = Omit<Hold, 'by' | 'reason' | 'replaces'> & {
  readonly by: Actor | string;
  readonly reason: HoldReason | string;
  readonly replaces?: AnyHold;
};

const notUndonePrefix = 'It is not undone by itself: ';

const upgradeHold = ({ by, reason, replaces, ...rest }: AnyHold): Hold => ({
  ...rest,
  by: upgradeActor(by),
  reason: typeof reason === 'string' ? { code: 'given', message: reason } : reason,
  replaces: replaces && upgradeHold(replaces),
});

const heldText =
  /^(every tag|\S+) is held by (tagboat \(onFailure: undo\)|\S+?)(?: until (\d{4}-[\dT:.-]+Z))?: (.*)$/s;
const replacedText = /^release ([0-9A-HJKMNP-TV-Z]{26}) (took|takes) its place$/;

/** As data where messages show people, times and releases in ways of their own; else as the text that it is. */
const upgradeReason = (reason: Reason | string | undefined, code = 'unknown'): Reason | undefined => {
  if (typeof reason !== 'string') return reason;
  const [, what = '', by = '', until, why = ''] = heldText.exec(reason) ?? [];
  if (code === 'held' && what !== '')
    return {
      code,
      tag: what === 'every tag' ? '*' : what,
      by: upgradeActor(by),
      until,
      reason: { code: 'given', message: why },
    };
  const [, releaseId, verb] = replacedText.exec(reason) ?? [];
  if (code === 'superseded' && releaseId !== undefined)
    return { code, releaseId, other: verb === 'took' ? 'committed' : 'queued' };
  if (code === 'undone' && reason.startsWith('undone by '))
    return { code, by: upgradeActor(reason.slice('undone by '.length)) };
  return { code, message: reason };
};

const upgradeActor = (by: Actor | string): Actor => {
  if (typeof by !== 'string') return by;
  if (by === 'tagboat (onFailure: undo)') return { type: 'on-failure' };
  if (by === 'somebody in the cluster, or a step of the rollout') return { type: 'cluster' };
  const [, source = by, user = 'unknown'] = /^([^:]*):(.*)$/s.exec(by) ?? [];
  if (source === 'slack') return { type: 'slack', user };
  return { type: 'webhook', source, user: user === 'unknown' ? undefined : user };
};
