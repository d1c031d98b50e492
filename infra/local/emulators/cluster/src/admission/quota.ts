import { asObject, at } from '../json.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { pods, quotas, type Resource, resources } from '../resources.ts';
import { forbidden } from '../status.ts';
import type { Store } from '../store.ts';
import type { Container, KubeObject, Pod } from '../types.ts';

/** What an entry of `spec.hard` counts: objects of a kind, or an amount that pods ask for or are limited to. */
type Counted =
  | { readonly type: 'objects'; readonly resource: Resource }
  | { readonly type: 'amount'; readonly side: 'requests' | 'limits'; readonly name: string };

const countedBy = (entry: string): Counted | undefined => {
  const [, side, name] = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(entry) ?? [];
  if (name !== undefined) return { type: 'amount', side: side === 'limits' ? 'limits' : 'requests', name };
  const [plural, ...group] = entry.replace(/^count\//, '').split('.');
  // Without `count/` only kinds of the core group are counted.
  const resource = resources.find(
    (candidate) => candidate.plural === plural && candidate.group === group.join('.'),
  );
  return resource === undefined ? undefined : { type: 'objects', resource };
};

const isOver = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';

const amountOf = (container: Container, side: 'requests' | 'limits', name: string): number | undefined => {
  const amount = container.resources?.[side]?.[name];
  return amount === undefined ? undefined : parseQuantity(amount);
};

/** Init containers run one after another, before the others. Source: k8s.io/kubernetes/pkg/api/v1/resource/helpers.go */
const amountOfPod = (pod: Pod, side: 'requests' | 'limits', name: string): number => {
  const of = (container: Container): number => amountOf(container, side, name) ?? 0;
  return Math.max(
    pod.spec.containers.reduce((sum, container) => sum + of(container), 0),
    ...(pod.spec.initContainers ?? []).map(of),
  );
};

const usageOf = (counted: Counted, resource: Resource, object: KubeObject): number => {
  if (counted.type === 'objects') return counted.resource.key === resource.key ? 1 : 0;
  return resource.key === pods.key ? amountOfPod(object as Pod, counted.side, counted.name) : 0;
};

const used = (store: Store, counted: Counted, namespace: string): number => {
  const resource = counted.type === 'objects' ? counted.resource : pods;
  return store
    .list(resource, namespace)
    .filter((object) => resource.key !== pods.key || !isOver(object as Pod))
    .reduce((sum, object) => sum + usageOf(counted, resource, object), 0);
};

const show = (counted: Counted, amount: number): string =>
  formatQuantity(amount, counted.type === 'amount' && counted.name !== 'cpu');

const entriesOf = (quota: KubeObject) =>
  Object.entries(asObject(at(quota, 'spec', 'hard')))
    .flatMap(([entry, hard]) => {
      const counted = countedBy(entry);
      return counted === undefined ? [] : [{ entry, hard: String(hard), counted }];
    })
    .toSorted((one, other) => one.entry.localeCompare(other.entry));

/** `status` of a ResourceQuota, as its controller keeps it. Source: k8s.io/kubernetes/pkg/controller/resourcequota */
export const quotaStatus = (store: Store, quota: KubeObject) => {
  const entries = entriesOf(quota);
  return {
    hard: Object.fromEntries(entries.map(({ entry, hard }) => [entry, hard])),
    used: Object.fromEntries(
      entries.map(({ entry, counted }) => [
        entry,
        show(counted, used(store, counted, quota.metadata.namespace ?? '')),
      ]),
    ),
  };
};

/** Amounts that a quota counts have to be said by every container. */
const unsaid = (quota: KubeObject, pod: Pod): string | undefined => {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const problems = entriesOf(quota).flatMap(({ entry, counted }) => {
    if (counted.type !== 'amount') return [];
    const silent = containers.filter(
      (container) => amountOf(container, counted.side, counted.name) === undefined,
    );
    return silent.length === 0 ? [] : [`${entry} for: ${silent.map(({ name }) => name).join(',')}`];
  });
  return problems.length === 0 ? undefined : `must specify ${problems.join('; ')}`;
};

/**
 * Refuses what a ResourceQuota of the namespace leaves no room for. Scopes are not looked at.
 * Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go
 * @throws ApiError 403
 */
export const checkQuotas = (store: Store, resource: Resource, object: KubeObject): void => {
  const { name, namespace } = object.metadata;
  if (namespace === undefined) return;
  for (const quota of store.list(quotas, namespace)) {
    const missing = resource.key === pods.key ? unsaid(quota, object as Pod) : undefined;
    if (missing !== undefined)
      throw forbidden(resource, name, `failed quota: ${quota.metadata.name}: ${missing}`);
    const short = entriesOf(quota).flatMap(({ entry, hard, counted }) => {
      const asked = usageOf(counted, resource, object);
      const sofar = used(store, counted, namespace);
      return asked > 0 && sofar + asked > parseQuantity(hard) + 1e-9
        ? [
            {
              requested: `${entry}=${show(counted, asked)}`,
              used: `${entry}=${show(counted, sofar)}`,
              limited: `${entry}=${hard}`,
            },
          ]
        : [];
    });
    if (short.length === 0) continue;
    const join = (field: 'requested' | 'used' | 'limited'): string =>
      short.map((one) => one[field]).join(',');
    throw forbidden(
      resource,
      name,
      `exceeded quota: ${quota.metadata.name}, requested: ${join('requested')}, used: ${join('used')}, limited: ${join('limited')}`,
    );
  }
};
