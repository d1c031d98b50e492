import type { Context } from '../context.ts';
import { findCondition, isControlledBy, ownerReference } from '../meta.ts';
import { pods } from '../resources.ts';
import { matchesSelector } from '../selectors.ts';
import type { KubeObject, LabelSelector, Pod, PodTemplate } from '../types.ts';
import type { Draft } from '../writes.ts';

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const isReady = (pod: Pod): boolean =>
  findCondition(pod.status.conditions, 'Ready')?.status === 'True';

/** Neither ended nor being deleted. Source: k8s.io/kubernetes/pkg/controller, IsPodActive */
export const isActive = (pod: Pod): boolean =>
  pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed' && !isTerminating(pod);

/** Milliseconds until a pod has been ready for `minReadySeconds`; 0: it is available; undefined: it is not even ready. */
export const untilAvailable = (pod: Pod, minReadySeconds: number, now: number): number | undefined => {
  if (!isReady(pod)) return undefined;
  const since = findCondition(pod.status.conditions, 'Ready')?.lastTransitionTime;
  if (minReadySeconds === 0 || since === undefined) return 0;
  return Math.max(0, Date.parse(since) + minReadySeconds * 1_000 - now);
};

export const isAvailable = (pod: Pod, minReadySeconds: number, now: number): boolean =>
  untilAvailable(pod, minReadySeconds, now) === 0;

/** The pods an object controls. Pods that match and have no controller are taken in, as upstream adopts them. */
export const podsOf = (context: Context, owner: KubeObject, selector: LabelSelector): readonly Pod[] => {
  const { store } = context;
  return store.list<Pod>(pods, owner.metadata.namespace).flatMap((pod): Pod[] => {
    const matches = matchesSelector(selector, pod.metadata.labels);
    if (isControlledBy(pod, owner)) return matches ? [pod] : [release(context, pod, owner)].flatMap(() => []);
    const orphan = !pod.metadata.ownerReferences?.some((reference) => reference.controller === true);
    if (!orphan || !matches || isTerminating(pod) || isTerminating(owner)) return [];
    const ownerReferences = [...(pod.metadata.ownerReferences ?? []), ownerReference(owner)];
    return [store.put(pods, { ...pod, metadata: { ...pod.metadata, ownerReferences } })];
  });
};

/** A pod whose labels no longer match is left to itself. */
const release = (context: Context, pod: Pod, owner: KubeObject): Pod =>
  context.store.put(pods, {
    ...pod,
    metadata: {
      ...pod.metadata,
      ownerReferences: pod.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid),
    },
  });

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
