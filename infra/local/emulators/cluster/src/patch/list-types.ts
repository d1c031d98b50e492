/**
 * Which lists of an object are maps in disguise, and by which of their fields. Both kinds of merge need it: strategic merge
 * patches (patchMergeKey) and server-side apply (listMapKeys). The same field name means the same thing nearly everywhere, so
 * a table by name does; where it does not, the parent decides.
 * Source: the `x-kubernetes-*` extensions of https://github.com/kubernetes/kubernetes/blob/master/api/openapi-spec/swagger.json
 */
type ListType =
  | { readonly type: 'map'; readonly keys: readonly string[] }
  | { readonly type: 'set' }
  | { readonly type: 'atomic' };

const byName: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  resourceClaims: ['name'],
  podIPs: ['ip'],
};

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'];
const atomic: ListType = { type: 'atomic' };

/** @param path the names of the fields down to the list, list items left out: `spec, template, spec, containers` */
export const listType = (path: readonly string[]): ListType => {
  const name = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (name === 'finalizers') return { type: 'set' };
  if (name === 'ports') {
    if (containerLists.includes(parent)) return { type: 'map', keys: ['containerPort', 'protocol'] };
    return parent === 'spec' ? { type: 'map', keys: ['port', 'protocol'] } : atomic;
  }
  if (name === 'secrets' && path.length === 1) return { type: 'map', keys: ['name'] };
  if (name === 'addresses' && parent === 'status') return { type: 'map', keys: ['type'] };
  const keys = byName[name];
  return keys === undefined ? atomic : { type: 'map', keys };
};

const atomicMaps = new Set([
  'selector',
  'nodeSelector',
  'labelSelector',
  'namespaceSelector',
  'podSelector',
  'configMapKeyRef',
  'secretKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'secretRef',
  'scaleTargetRef',
  'roleRef',
]);

/** Objects that server-side apply replaces as a whole. */
export const isAtomicMap = (path: readonly string[]): boolean => atomicMaps.has(path.at(-1) ?? '');

/** What a missing key field of a list item stands for. */
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

export const keyOf = (item: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...keys]
      .sort()
      .map((key) => [
        key,
        (item as Readonly<Record<string, unknown>> | undefined)?.[key] ?? keyDefaults[key] ?? null,
      ]),
  );
