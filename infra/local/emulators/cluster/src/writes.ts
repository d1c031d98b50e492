import { admit } from './admission/admit.ts';
import type { Context } from './context.ts';
import { setDefaults } from './defaults.ts';
import { type DeleteOptions, deleteObject } from './deletion.ts';
import { equal } from './json.ts';
import { prepareForCreate } from './prepare.ts';
import type { Resource } from './resources.ts';
import { alreadyExists } from './status.ts';
import type { KubeObject } from './types.ts';

/** An object as a controller makes it: the server adds the rest. */
export type Draft = Omit<KubeObject, 'metadata'> & {
  metadata: Partial<KubeObject['metadata']>;
  apiVersion: string;
  kind: string;
};

/**
 * How controllers and the kubelet write. They are part of the cluster: no validation, no field managers, no conflicts (all of
 * it runs in one thread, on the stored object).
 */
export type Writes = {
  /** @throws ApiError 409 (the name is taken), 403 (a quota, a limit range, a policy, a service account that is not there) */
  create<T extends KubeObject = KubeObject>(resource: Resource, draft: Draft): T;
  /** Changes a copy of what is stored now; writes only where something changed. Answers undefined where it is gone. */
  modify<T extends KubeObject>(resource: Resource, object: T, change: (draft: T) => void): T | undefined;
  delete(resource: Resource, object: KubeObject, options?: DeleteOptions): void;
};

export const createWrites = (context: Context): Writes => ({
  create: <T extends KubeObject>(resource: Resource, draft: Draft) => {
    const object = structuredClone(draft) as KubeObject;
    setDefaults(object);
    const prepared = prepareForCreate(context, resource, object);
    const { name, namespace } = prepared.metadata;
    if (context.store.get(resource, namespace, name) !== undefined) throw alreadyExists(resource, name);
    admit(context.store, resource, prepared);
    return context.store.put(resource, prepared) as T;
  },
  modify: <T extends KubeObject>(resource: Resource, object: T, change: (draft: T) => void) => {
    const live = context.store.get<T>(resource, object.metadata.namespace, object.metadata.name);
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return undefined;
    const draft = structuredClone(live);
    change(draft);
    if (equal(live, draft)) return live;
    if (resource.generation && !equal(live.spec, draft.spec))
      draft.metadata.generation = (live.metadata.generation ?? 0) + 1;
    return context.store.put(resource, draft);
  },
  delete: (resource, object, options) => {
    const live = context.store.get(resource, object.metadata.namespace, object.metadata.name);
    if (live?.metadata.uid === object.metadata.uid) deleteObject(context, resource, live, options);
  },
});
