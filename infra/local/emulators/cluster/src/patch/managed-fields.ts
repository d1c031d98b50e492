import type { JsonObject } from '../json.ts';
import { equal } from '../json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../types.ts';
import { changedFields, decodeFields, encodeFields, fieldsOf } from './field-set.ts';

export type Manager = {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
};

/** A manager and the fields it owns. */
export type Ownership = {
  readonly manager: Manager;
  readonly time: string | undefined;
  readonly paths: Set<string>;
};

export const sameManager = (a: Manager, b: Manager): boolean =>
  a.name === b.name &&
  a.operation === b.operation &&
  a.apiVersion === b.apiVersion &&
  (a.subresource ?? '') === (b.subresource ?? '');

export const decodeOwners = (object: KubeObject | undefined): Ownership[] =>
  (object?.metadata.managedFields ?? []).map((entry) => ({
    manager: {
      name: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      subresource: entry.subresource,
    },
    time: entry.time,
    paths: decodeFields(entry.fieldsV1),
  }));

/** Apply entries first, then by time, as upstream sorts them; owners of nothing are left out. */
export const encodeOwners = (owners: readonly Ownership[]): ManagedFieldsEntry[] =>
  owners
    .filter(({ paths, manager }) => paths.size > 0 || manager.operation === 'Apply')
    .map(
      ({ manager, time, paths }): ManagedFieldsEntry => ({
        manager: manager.name,
        operation: manager.operation,
        apiVersion: manager.apiVersion,
        ...(time === undefined ? {} : { time }),
        fieldsType: 'FieldsV1',
        fieldsV1: encodeFields(paths),
        ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
      }),
    )
    .sort(
      (a, b) =>
        a.operation.localeCompare(b.operation) ||
        (a.time ?? '').localeCompare(b.time ?? '') ||
        a.manager.localeCompare(b.manager),
    );

/**
 * Who owns what after a write that is no apply: what the write changed is now the writer's alone.
 * Source: structured-merge-diff/merge/update.go, `Updater.Update`
 */
export const trackUpdate = (
  live: KubeObject | undefined,
  next: KubeObject,
  manager: Manager,
  now: string,
): ManagedFieldsEntry[] => {
  const before = fieldsOf((live ?? {}) as JsonObject);
  const after = fieldsOf(next);
  const changed = changedFields(before, after);
  const isGone = (path: string): boolean => before.has(path) && !after.has(path);
  const owners = decodeOwners(live).map((owner) => ({
    ...owner,
    paths: new Set(
      [...owner.paths].filter(
        (path) => !isGone(path) && (sameManager(owner.manager, manager) || !changed.has(path)),
      ),
    ),
  }));
  if (changed.size === 0) return encodeOwners(owners);
  const own = owners.find((owner) => sameManager(owner.manager, manager));
  const paths = new Set([...(own?.paths ?? []), ...changed]);
  const others = owners.filter((owner) => owner !== own);
  return encodeOwners([...others, { manager, time: now, paths }]);
};

/** True where two lists of entries differ in nothing but their times. */
export const sameOwners = (
  a: readonly ManagedFieldsEntry[] | undefined,
  b: readonly ManagedFieldsEntry[] | undefined,
): boolean => {
  const bare = (entries: readonly ManagedFieldsEntry[] | undefined) =>
    (entries ?? [])
      .map((entry) => ({ ...entry, time: undefined }))
      .sort((x, y) =>
        `${x.manager}${x.operation}${x.subresource}`.localeCompare(
          `${y.manager}${y.operation}${y.subresource}`,
        ),
      );
  return equal(bare(a), bare(b));
};
