import type { JsonObject } from '../json.ts';
import { ApiError } from '../status.ts';
import type { KubeObject, ManagedFieldsEntry } from '../types.ts';
import { changedFields, fieldsOf, formatPath, isBelow, splitPath } from './field-set.ts';
import { decodeOwners, encodeOwners, type Manager, type Ownership, sameManager } from './managed-fields.ts';
import { typedMerge, withoutField } from './typed-merge.ts';

type Conflict = { readonly manager: Manager; readonly path: string };

const describeManager = ({ manager }: Conflict): string => {
  const subresource = manager.subresource === undefined ? '' : ` with subresource "${manager.subresource}"`;
  return `"${manager.name}"${subresource} using ${manager.apiVersion}`;
};

/** Source: structured-merge-diff/merge/conflict.go and managedfields/internal/conflict.go */
const conflictError = (conflicts: readonly Conflict[]): ApiError => {
  const managers = [...new Set(conflicts.map(describeManager))].sort();
  const of = (manager: string) => conflicts.filter((conflict) => describeManager(conflict) === manager);
  const first = conflicts[0];
  const text =
    conflicts.length === 1 && first !== undefined
      ? `conflict with ${describeManager(first)}: ${formatPath(first.path)}`
      : managers
          .flatMap((manager) => [
            `conflicts with ${manager}:`,
            ...of(manager).map((conflict) => `- ${formatPath(conflict.path)}`),
          ])
          .join('\n');
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${text}`, {
    causes: managers.flatMap((manager) =>
      of(manager).map((conflict) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${manager}`,
        field: formatPath(conflict.path),
      })),
    ),
  });
};

/** What the manager applied last time, applies no longer, and no other manager owns: taken out of the object. */
const prune = (merged: JsonObject, dropped: readonly string[], owned: ReadonlySet<string>): JsonObject =>
  [...dropped]
    // A list item goes as a whole, before the fields by which it is found.
    .sort((a, b) => splitPath(a).length - splitPath(b).length)
    .filter((path) => ![...owned].some((other) => other === path || isBelow(other, path)))
    .reduce(withoutField, merged);

type Applied = { readonly object: KubeObject; readonly managedFields: readonly ManagedFieldsEntry[] };

/**
 * Server-side apply: the configuration laid over the live object, what the manager no longer sets removed, conflicts with
 * other managers found.
 * Source: structured-merge-diff/merge/update.go, `Updater.Apply`
 * @throws ApiError 409 with one cause per conflict, unless `force`
 */
export const serverSideApply = (options: {
  readonly live: KubeObject | undefined;
  readonly applied: KubeObject;
  readonly manager: Manager;
  readonly force: boolean;
  readonly now: string;
}): Applied => {
  const { live, applied, manager, force, now } = options;
  const liveOrEmpty = (live ?? {}) as JsonObject;
  const owners = decodeOwners(live);
  const others = owners.filter((owner) => !sameManager(owner.manager, manager));
  const last = owners.find((owner) => sameManager(owner.manager, manager));
  const paths = new Set(fieldsOf(applied).keys());
  const owned = new Set([...paths, ...others.flatMap((owner) => [...owner.paths])]);
  const dropped = [...(last?.paths ?? [])].filter((path) => !owned.has(path));
  const object = prune(typedMerge(liveOrEmpty, applied), dropped, owned) as KubeObject;

  const before = fieldsOf(liveOrEmpty);
  const after = fieldsOf(object);
  const changed = changedFields(before, after);
  const conflicts = others.flatMap((owner) =>
    [...owner.paths]
      .filter((path) => changed.has(path) && paths.has(path))
      .map((path): Conflict => ({ manager: owner.manager, path })),
  );
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);
  const remaining = others.map(
    (owner): Ownership => ({
      ...owner,
      paths: new Set(
        [...owner.paths].filter((path) => !changed.has(path) && (after.has(path) || !before.has(path))),
      ),
    }),
  );
  const same =
    last !== undefined && last.paths.size === paths.size && [...paths].every((path) => last.paths.has(path));
  return {
    object,
    managedFields: encodeOwners([...remaining, { manager, time: same ? last.time : now, paths }]),
  };
};
