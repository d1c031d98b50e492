import type { Context } from './context.ts';
import { at } from './json.ts';
import { timestamp } from './meta.ts';
import { namespaces, pods, type Resource } from './resources.ts';
import { conflict } from './status.ts';
import type { KubeObject, PodSpec } from './types.ts';

export type DeleteOptions = {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly dryRun?: boolean | undefined;
};

const policyFinalizer = { Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;

/** Seconds a deletion waits for; 0: at once. */
const gracePeriod = (object: KubeObject, asked: number | undefined): number => {
  if (object.kind !== 'Pod') return 0;
  const spec = object.spec as PodSpec;
  const phase = at(object, 'status', 'phase');
  if (spec.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  return asked ?? spec.terminationGracePeriodSeconds ?? 30;
};

/**
 * Deletes, or marks for deletion where something has to happen first: a grace period of a pod, finalizers, the contents of a
 * namespace, dependents that go first.
 * @returns the object as it was left, and whether it is gone
 * @throws ApiError 409 where a precondition does not hold
 */
export const deleteObject = (
  context: Context,
  resource: Resource,
  object: KubeObject,
  options: DeleteOptions = {},
): { readonly object: KubeObject; readonly gone: boolean } => {
  const { store, clock } = context;
  const { metadata } = object;
  const { uid, resourceVersion } = options.preconditions ?? {};
  const require = (what: string, asked: string | undefined, found: string | undefined): void => {
    const why = `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`;
    if (asked !== undefined && asked !== found) throw conflict(resource, metadata.name, why);
  };
  require('UID', uid, metadata.uid);
  require('ResourceVersion', resourceVersion, metadata.resourceVersion);
  const policy = options.propagationPolicy;
  const extra = policy === 'Foreground' || policy === 'Orphan' ? [policyFinalizer[policy]] : [];
  const finalizers = [...new Set([...(metadata.finalizers ?? []), ...extra])];
  const grace = gracePeriod(object, options.gracePeriodSeconds);
  const isNamespace = resource.key === namespaces.key;
  if (grace === 0 && finalizers.length === 0 && !isNamespace) {
    if (options.dryRun !== true) store.remove(resource, metadata.namespace, metadata.name);
    return { object, gone: true };
  }
  const already = metadata.deletionTimestamp !== undefined;
  const shorter = already && resource.key === pods.key && grace < (metadata.deletionGracePeriodSeconds ?? 30);
  if (already && !shorter && finalizers.length === (metadata.finalizers?.length ?? 0))
    return { object, gone: false };
  const marked: KubeObject = {
    ...object,
    metadata: {
      ...metadata,
      ...(metadata.generation === undefined || already ? {} : { generation: metadata.generation + 1 }),
      ...(finalizers.length === 0 ? {} : { finalizers }),
      deletionTimestamp:
        already && !shorter ? metadata.deletionTimestamp : timestamp(clock.now() + grace * 1_000),
      deletionGracePeriodSeconds: grace,
    },
    ...(isNamespace ? { status: { phase: 'Terminating' } } : {}),
  };
  return { object: options.dryRun === true ? marked : store.put(resource, marked), gone: false };
};
