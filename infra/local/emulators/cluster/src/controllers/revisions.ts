import type { Context } from '../context.ts';
import { canonical, equal } from '../json.ts';
import { isControlledBy, ownerReference, safeHash } from '../meta.ts';
import { controllerRevisions } from '../resources.ts';
import type { ControllerRevision, DaemonSet, StatefulSet } from '../types.ts';
import type { Writes } from '../writes.ts';

/** The revision that a pod was made from. */
export const revisionLabel = 'controller-revision-hash';

/** What `kubectl rollout undo` sends back as a strategic merge patch. */
const patchOf = (owner: StatefulSet | DaemonSet): unknown => ({
  spec: { template: { ...owner.spec.template, $patch: 'replace' } },
});

const annotationsOf = (owner: StatefulSet | DaemonSet): Record<string, string> => {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...annotations } =
    owner.metadata.annotations ?? {};
  return annotations;
};

/** Oldest first. */
export const revisionsOf = (
  context: Context,
  owner: StatefulSet | DaemonSet,
): readonly ControllerRevision[] =>
  context.store
    .list<ControllerRevision>(controllerRevisions, owner.metadata.namespace)
    .filter((revision) => isControlledBy(revision, owner))
    .sort((a, b) => a.revision - b.revision);

/**
 * The ControllerRevision of the current template: found (and made the newest again, as a rollback does), or made.
 * Source: k8s.io/kubernetes/pkg/controller/history, …/statefulset, getStatefulSetRevisions
 */
export const currentRevision = (
  context: Context,
  writes: Writes,
  owner: StatefulSet | DaemonSet,
): ControllerRevision => {
  const revisions = revisionsOf(context, owner);
  const data = patchOf(owner);
  const next = (revisions.at(-1)?.revision ?? 0) + 1;
  const existing = revisions.find((revision) => equal(revision.data, data));
  const annotations = annotationsOf(owner);
  if (existing !== undefined) {
    const isNewest = existing.revision === next - 1;
    const updated = writes.modify(controllerRevisions, existing, (draft) => {
      if (!isNewest) draft.revision = next;
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
    });
    return updated ?? existing;
  }
  const hash = safeHash(canonical(data) + owner.metadata.uid);
  return writes.create<ControllerRevision>(controllerRevisions, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace,
      labels: { ...owner.spec.template.metadata?.labels, [revisionLabel]: hash },
      annotations,
      ownerReferences: [ownerReference(owner)],
    },
    data,
    revision: next,
  });
};

/** Revisions beyond the limit that nothing runs any more go, oldest first. */
export const truncateHistory = (
  context: Context,
  writes: Writes,
  owner: StatefulSet | DaemonSet,
  inUse: ReadonlySet<string>,
): void => {
  const unused = revisionsOf(context, owner).filter(({ metadata }) => !inUse.has(metadata.name));
  const surplus = unused.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const revision of unused.slice(0, Math.max(0, surplus))) writes.delete(controllerRevisions, revision);
};
