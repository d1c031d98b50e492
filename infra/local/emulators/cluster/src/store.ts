import type { Resource } from './resources.ts';
import { resourceByKey } from './resources.ts';
import type { KubeObject } from './types.ts';

/** One write, as watches and controllers see it. Objects are never changed in place: a write is a new object. */
export type Change = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly resourceVersion: number;
};

/**
 * All objects, in memory, with one counter for `resourceVersion` and a bounded log of the last changes, from which a
 * watch replays what it missed. What etcd is to a real API server.
 */
export type Store = {
  get<T extends KubeObject = KubeObject>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** Sorted by namespace and name, as etcd's keys are. */
  list<T extends KubeObject = KubeObject>(resource: Resource, namespace?: string): readonly T[];
  /** Adds or replaces; gives the object its new resourceVersion and answers it as stored. */
  put<T extends KubeObject>(resource: Resource, object: T): T;
  remove(resource: Resource, namespace: string | undefined, name: string): void;
  /** Every object of every kind. */
  all(): readonly { readonly resource: Resource; readonly object: KubeObject }[];
  /** The resourceVersion of the last write. */
  version(): number;
  /** Changes after that version; undefined: the log does not reach back that far (or the version is from the future). */
  changesSince(version: number): readonly Change[] | undefined;
  /** The oldest version `changesSince` can answer for. */
  oldest(): number;
  subscribe(listener: (change: Change) => void): () => void;
};

export type StoredState = {
  readonly resourceVersion: number;
  readonly objects: readonly { readonly key: string; readonly object: KubeObject }[];
};

const idOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

/** @param logLength how many changes a watch can catch up on */
export const createStore = (state?: StoredState, logLength = 2_000): Store => {
  const tables = new Map<string, Map<string, KubeObject>>();
  const listeners = new Set<(change: Change) => void>();
  const log: Change[] = [];
  let version = state?.resourceVersion ?? 1;
  let oldest = version;

  const table = (key: string): Map<string, KubeObject> => {
    const found = tables.get(key);
    if (found !== undefined) return found;
    const made = new Map<string, KubeObject>();
    tables.set(key, made);
    return made;
  };
  for (const { key, object } of state?.objects ?? [])
    if (resourceByKey(key) !== undefined)
      table(key).set(idOf(object.metadata.namespace, object.metadata.name), object);

  const record = (change: Change): void => {
    log.push(change);
    if (log.length > logLength) oldest = log.shift()?.resourceVersion ?? oldest;
    for (const listener of [...listeners]) listener(change);
  };

  const sorted = (objects: Iterable<readonly [string, KubeObject]>): KubeObject[] =>
    [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);

  return {
    get: <T extends KubeObject>(resource: Resource, namespace: string | undefined, name: string) =>
      tables.get(resource.key)?.get(idOf(namespace, name)) as T | undefined,
    list: <T extends KubeObject>(resource: Resource, namespace?: string) => {
      const entries = [...(tables.get(resource.key) ?? [])];
      return sorted(
        namespace === undefined ? entries : entries.filter(([id]) => id.startsWith(`${namespace}/`)),
      ) as T[];
    },
    put: (resource, object) => {
      const id = idOf(object.metadata.namespace, object.metadata.name);
      const previous = table(resource.key).get(id);
      version += 1;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      table(resource.key).set(id, stored);
      const type = previous === undefined ? 'ADDED' : 'MODIFIED';
      record({ type, resource, object: stored, previous, resourceVersion: version });
      return stored;
    },
    remove: (resource, namespace, name) => {
      const id = idOf(namespace, name);
      const previous = table(resource.key).get(id);
      if (previous === undefined) return;
      version += 1;
      table(resource.key).delete(id);
      const object = {
        ...previous,
        metadata: { ...previous.metadata, resourceVersion: String(version) },
      };
      record({ type: 'DELETED', resource, object, previous, resourceVersion: version });
    },
    all: () =>
      [...tables].flatMap(([key, objects]) => {
        const resource = resourceByKey(key);
        return resource === undefined ? [] : sorted(objects).map((object) => ({ resource, object }));
      }),
    version: () => version,
    changesSince: (since) =>
      since < oldest || since > version ? undefined : log.filter((change) => change.resourceVersion > since),
    oldest: () => oldest,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
