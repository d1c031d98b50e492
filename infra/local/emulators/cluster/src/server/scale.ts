import { asObject, at, isObject } from '../json.ts';
import type { KubeObject, LabelSelector } from '../types.ts';

/** `autoscaling/v1 Scale`: the replicas of a workload, and nothing else of it. */
export const toScale = (object: KubeObject): KubeObject => {
  const selector = asObject(at(object, 'spec', 'selector')) as LabelSelector;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, 'spec', 'replicas') ?? 0 },
    status: {
      replicas: at(object, 'status', 'replicas') ?? 0,
      selector: Object.entries(selector.matchLabels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    },
  };
};

/** The workload with the replicas that a Scale asks for. */
export const withScale = (object: KubeObject, scale: unknown): KubeObject => {
  const metadata = isObject(scale) ? asObject(scale.metadata) : {};
  const resourceVersion = typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : '';
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion },
    spec: { ...asObject(object.spec), replicas: at(scale, 'spec', 'replicas') ?? 0 },
  };
};
