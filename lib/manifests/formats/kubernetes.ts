import { type Cursor, child, items, rootOf, textAt } from '../cursor.ts';
import type { Format } from '../format.ts';
import { objectImages } from '../object-images.ts';

/**
 * `image:` of the containers of a pod template, wherever Kubernetes and those who extend it put one: Deployment,
 * StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, Argo Rollout, Knative Service (`spec.template.spec`),
 * CronJob, KEDA ScaledJob, Pod, PodTemplate; pod specs deeper within (Kubeflow, JobSet, OpenShift's Template); the steps of
 * Argo Workflows and Tekton; and a `List` of these.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
 */
export const kubernetes: Format = {
  name: 'kubernetes',
  find: (document, wanted) => {
    const root = rootOf(document);
    return root === undefined ? [] : objects(root).flatMap((object) => objectImages(object, wanted));
  },
};

/** The document itself, or what is in it where it is a list. Lists do not nest more than that. */
const objects = (root: Cursor): readonly Cursor[] =>
  textAt(root, 'kind')?.endsWith('List') ? child(root, 'items').flatMap(items) : [root];
