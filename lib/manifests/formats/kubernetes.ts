import { type Cursor, child, descend, items, rootOf, scalarOf, textAt } from '../cursor.ts';
import type { Format, Wanted, Workload } from '../format.ts';
import { referenceSite } from '../reference.ts';

/**
 * `image:` of the containers of a pod template, wherever Kubernetes and those who extend it put one: Deployment,
 * StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, Argo Rollout, Knative Service (`spec.template.spec`),
 * CronJob, KEDA ScaledJob, Pod, PodTemplate, and a `List` of these.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
 */
export const kubernetes: Format = {
  name: 'kubernetes',
  find: (document, wanted) => {
    const root = rootOf(document);
    return root === undefined ? [] : objects(root).flatMap((object) => imagesOf(object, wanted));
  },
};

const templatePaths = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['spec', 'jobTargetRef', 'template', 'spec'],
] as const;

const ownPaths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Pod: [['spec']],
  PodTemplate: [['template', 'spec']],
};

const containerKeys = ['initContainers', 'containers', 'ephemeralContainers'];

/** The document itself, or what is in it where it is a list. Lists do not nest more than that. */
const objects = (root: Cursor): readonly Cursor[] =>
  textAt(root, 'kind')?.endsWith('List') ? child(root, 'items').flatMap(items) : [root];

const imagesOf = (object: Cursor, wanted: Wanted) => {
  const kind = textAt(object, 'kind');
  const apiVersion = textAt(object, 'apiVersion');
  if (kind === undefined || apiVersion === undefined) return [];
  const workload = workloadOf(object, apiVersion, kind);
  return (ownPaths[kind] ?? templatePaths)
    .flatMap((path) => descend(object, ...path))
    .flatMap((podSpec) => containerKeys.flatMap((key) => child(podSpec, key)))
    .flatMap(items)
    .flatMap((container) => child(container, 'image'))
    .flatMap((image) => {
      const scalar = scalarOf([image]);
      return scalar === undefined ? [] : (referenceSite(scalar, wanted, { workload }) ?? []);
    });
};

const workloadOf = (object: Cursor, apiVersion: string, kind: string): Workload | undefined => {
  const name = textAt(object, 'metadata', 'name');
  if (name === undefined) return undefined;
  const namespace = textAt(object, 'metadata', 'namespace');
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
};
