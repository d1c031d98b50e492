import type { Context } from './context.ts';
import { deleteObject } from './deletion.ts';
import { withoutOwner } from './meta.ts';
import { namespaces, type Resource } from './resources.ts';
import type { Change } from './store.ts';
import type { KubeObject } from './types.ts';
import type { Writes } from './writes.ts';

type Stored = { readonly resource: Resource; readonly object: KubeObject };

/**
 * Deletes what belonged to something that is gone, and finishes deletions that waited: foreground and orphaning ones, and
 * those of namespaces.
 * Source: k8s.io/kubernetes/pkg/controller/garbagecollector, …/namespace/deletion
 */
export const createGarbageCollector = (
  context: Context,
  writes: Writes,
): { handle(change: Change): void } => {
  const { store } = context;
  const all = (): readonly Stored[] => store.all();

  const dependents = (uid: string): readonly Stored[] =>
    all().filter(({ object }) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid));

  const exists = (uid: string): boolean => all().some(({ object }) => object.metadata.uid === uid);

  const dropFinalizer = (resource: Resource, object: KubeObject, finalizer: string): void => {
    const left = (object.metadata.finalizers ?? []).filter((item) => item !== finalizer);
    const { namespace, name } = object.metadata;
    if (left.length === 0) store.remove(resource, namespace, name);
    else
      writes.modify(resource, object, (draft) => {
        draft.metadata.finalizers = left;
      });
  };

  const ownerGone = (uid: string): void => {
    for (const { resource, object } of dependents(uid)) {
      const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      if (others.some((owner) => exists(owner.uid))) store.put(resource, withoutOwner(object, uid));
      else deleteObject(context, resource, object);
    }
  };

  const continueDeletion = (resource: Resource, object: KubeObject): void => {
    const finalizers = object.metadata.finalizers ?? [];
    const { uid } = object.metadata;
    if (finalizers.includes('orphan')) {
      for (const dependent of dependents(uid))
        store.put(dependent.resource, withoutOwner(dependent.object, uid));
      dropFinalizer(resource, object, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) {
      const blocking = dependents(uid);
      if (blocking.length === 0) dropFinalizer(resource, object, 'foregroundDeletion');
      for (const dependent of blocking)
        if (dependent.object.metadata.deletionTimestamp === undefined)
          deleteObject(context, dependent.resource, dependent.object, { propagationPolicy: 'Foreground' });
    }
  };

  const emptyNamespace = (namespace: KubeObject): void => {
    const { name } = namespace.metadata;
    const contents = all().filter(({ object }) => object.metadata.namespace === name);
    for (const { resource, object } of contents)
      if (object.metadata.deletionTimestamp === undefined) deleteObject(context, resource, object);
    if (!all().some(({ object }) => object.metadata.namespace === name))
      store.remove(namespaces, undefined, name);
  };

  const terminatingNamespace = (name: string | undefined): KubeObject | undefined => {
    const namespace = name === undefined ? undefined : store.get(namespaces, undefined, name);
    return namespace?.metadata.deletionTimestamp === undefined ? undefined : namespace;
  };

  const current = (resource: Resource, object: KubeObject): KubeObject | undefined =>
    store.get(resource, object.metadata.namespace, object.metadata.name);

  return {
    handle: ({ type, resource, object }) => {
      if (type === 'DELETED') {
        ownerGone(object.metadata.uid);
        for (const owner of object.metadata.ownerReferences ?? []) {
          const found = all().find((candidate) => candidate.object.metadata.uid === owner.uid);
          if (found?.object.metadata.deletionTimestamp !== undefined)
            continueDeletion(found.resource, found.object);
        }
        const namespace = terminatingNamespace(object.metadata.namespace);
        if (namespace !== undefined) emptyNamespace(namespace);
        return;
      }
      const live = current(resource, object);
      if (live === undefined) return;
      if (live.metadata.deletionTimestamp !== undefined) {
        if (resource.key === namespaces.key) emptyNamespace(live);
        else continueDeletion(resource, live);
      }
      // An object made for an owner that went in the meantime.
      const owners = live.metadata.ownerReferences ?? [];
      if (type === 'ADDED' && owners.length > 0 && !owners.some((owner) => exists(owner.uid)))
        deleteObject(context, resource, live);
    },
  };
};
