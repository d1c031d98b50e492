import type { Context } from '../context.ts';
import { controllerOf, findCondition, isControlledBy, ownerReference, withoutOwner } from '../meta.ts';
import { pods, type Resource } from '../resources.ts';
import { matchesSelector } from '../selectors.ts';
import type { KubeObject, LabelSelector, Pod, PodTemplate } from '../types.ts';
import type { Draft } from '../writes.ts';
import type { Tools } from './runner.ts';

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const isReady = (pod: Pod): boolean =>
  findCondition(pod.status.conditions, 'Ready')?.status === 'True';

/** Neither ended nor being deleted. Source: k8s.io/kubernetes/pkg/controller, IsPodActive */
export const isActive = (pod: Pod): boolean =>
  pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed' && !isTerminating(pod);

/** Milliseconds until a pod has been ready for `minReadySeconds`; 0: it is available; undefined: it is not even ready. */
const untilAvailable = (pod: Pod, minReadySeconds: number, now: number): number | undefined => {
  if (!isReady(pod)) return undefined;
  const since = findCondition(pod.status.conditions, 'Ready')?.lastTransitionTime;
  if (minReadySeconds === 0 || since === undefined) return 0;
  return Math.max(0, Date.parse(since) + minReadySeconds * 1_000 - now);
};

/** How many of the pods are available; their owner is looked at again when the next of them will be. */
export const countAvailable = (
  { context, later }: Tools,
  owner: KubeObject & { spec: { minReadySeconds?: number } },
  pods: readonly Pod[],
): number => {
  const { minReadySeconds = 0 } = owner.spec;
  const waits = pods.map((pod) => untilAvailable(pod, minReadySeconds, context.clock.now()) ?? Infinity);
  const soonest = Math.min(...waits.filter((wait) => wait > 0));
  if (Number.isFinite(soonest)) later(owner, soonest);
  return waits.filter((wait) => wait === 0).length;
};

export const isAvailable = (pod: Pod, minReadySeconds: number, now: number): boolean =>
  untilAvailable(pod, minReadySeconds, now) === 0;

/** Takes an object in that has no controller, and is not on its way out. */
export const adopt = <T extends KubeObject>(
  { store }: Context,
  resource: Resource,
  object: T,
  owner: KubeObject,
): readonly T[] => {
  if (controllerOf(object) !== undefined || isTerminating(object)) return [];
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), ownerReference(owner)];
  return [store.put(resource, { ...object, metadata: { ...object.metadata, ownerReferences } })];
};

/** The pods an object controls. Pods that match and have no controller are taken in, as upstream adopts them. */
export const podsOf = (context: Context, owner: KubeObject, selector: LabelSelector): readonly Pod[] => {
  const { store } = context;
  return store.list<Pod>(pods, owner.metadata.namespace).flatMap((pod): readonly Pod[] => {
    const matches = matchesSelector(selector, pod.metadata.labels);
    if (!isControlledBy(pod, owner))
      return matches && !isTerminating(owner) ? adopt(context, pods, pod, owner) : [];
    // One whose labels no longer match is left to itself.
    if (!matches) store.put(pods, withoutOwner(pod, owner.metadata.uid));
    return matches ? [pod] : [];
  });
};

/** A pod as a template describes it, owned by what has the template. */
export const podFromTemplate = (
  owner: KubeObject,
  template: PodTemplate,
  name: { readonly name: string } | { readonly generateName: string },
): Draft & Pick<Pod, 'spec'> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...name,
    namespace: owner.metadata.namespace,
    labels: { ...template.metadata?.labels },
    ...(template.metadata?.annotations === undefined
      ? {}
      : { annotations: { ...template.metadata.annotations } }),
    ...(template.metadata?.finalizers === undefined ? {} : { finalizers: [...template.metadata.finalizers] }),
    ownerReferences: [ownerReference(owner)],
  },
  spec: structuredClone(template.spec),
});
