import type { Context } from '../context.ts';
import { asObject, at } from '../json.ts';
import { claims, pods } from '../resources.ts';
import type { ControllerRevision, Pod, PodTemplate, StatefulSet, Volume } from '../types.ts';
import type { Writes } from '../writes.ts';
import { podFromTemplate } from './pods.ts';
import { revisionLabel } from './revisions.ts';

/** The number behind the last dash of a pod's name; -1: it is none of this set's. */
export const ordinalOf = (set: StatefulSet, pod: Pod): number => {
  const prefix = `${set.metadata.name}-`;
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
};

export const revisionOfPod = (pod: Pod): string | undefined => pod.metadata.labels?.[revisionLabel];

const templateOf = (revision: ControllerRevision): PodTemplate => {
  const { $patch: _directive, ...template } = asObject(at(revision, 'data', 'spec', 'template'));
  return template as unknown as PodTemplate;
};

/**
 * Makes the pod of one ordinal, with its claims, name and stable identity.
 * Source: k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_utils.go
 * @throws ApiError 409, 403
 */
export const createStatefulPod = (
  context: Context,
  writes: Writes,
  set: StatefulSet,
  revision: ControllerRevision,
  ordinal: number,
): Pod => {
  const name = `${set.metadata.name}-${ordinal}`;
  const { namespace } = set.metadata;
  const draft = podFromTemplate(set, templateOf(revision), { name });
  const volumes: Volume[] = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
  }));
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const claim = `${template.metadata.name}-${name}`;
    if (context.store.get(claims, namespace, claim) !== undefined) continue;
    writes.create(claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace, labels: { ...set.spec.selector.matchLabels } },
      spec: structuredClone(template.spec),
    });
  }
  draft.metadata.labels = {
    ...draft.metadata.labels,
    [revisionLabel]: revision.metadata.name,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  const claimed = new Set(volumes.map((volume) => volume.name));
  const rest = (draft.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name));
  return writes.create<Pod>(pods, {
    ...draft,
    spec: {
      ...draft.spec,
      hostname: name,
      subdomain: set.spec.serviceName,
      ...(volumes.length + rest.length === 0 ? {} : { volumes: [...volumes, ...rest] }),
    },
  });
};
