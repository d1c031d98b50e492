import { TagboatError } from '../../errors.ts';
import type { ImageReference } from '../../image.ts';
import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { groupOf } from '../connect/discovery.ts';
import { carriersIn } from '../objects/pod-specs.ts';
import { objectPath } from './apply.ts';
import type { ApplyStep } from './plan-apply.ts';

/** What is there; undefined where nothing is, or where it may not be read. */
const readObject = async (cluster: Cluster, step: ApplyStep): Promise<unknown> => {
  try {
    return await cluster.api.json({
      method: 'GET',
      path: objectPath(step),
      what: `read ${step.object.kind}`,
    });
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 403) return undefined;
    throw error;
  }
};

/** Not where only one of them has a digest: a webhook may have added it, and does so again. */
const isOther = (a: ImageReference, b: ImageReference): boolean =>
  a.tag !== b.tag || (a.digest !== undefined && b.digest !== undefined && a.digest !== b.digest);

/**
 * Refuses a Job that is in the cluster with another version of the image: the server would, with 422, after the commit. Its
 * pod template cannot be changed: https://kubernetes.io/docs/concepts/workloads/controllers/job/
 * @throws TagboatError `cluster-refused`, `cluster-*`
 */
export const checkJob = async (cluster: Cluster, step: ApplyStep, image: string): Promise<void> => {
  const { object, at } = step;
  if (object.kind !== 'Job' || groupOf(object.apiVersion) !== 'batch') return;
  const wanted = carriersIn(object, image);
  if (wanted.length === 0) return;
  const found = carriersIn(await readObject(cluster, step), image);
  const fixed = found.find(({ container, reference }) =>
    wanted.some((one) => one.container === container && isOther(one.reference, reference)),
  );
  if (fixed !== undefined)
    throw new TagboatError(
      'cluster-refused',
      `Job ${object.metadata.name} is in the cluster with ${fixed.text}, and Kubernetes does not let the pod template of a Job be changed; delete the Job, or give it a new name for each release`,
      { at },
    );
};
