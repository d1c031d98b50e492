import { TagboatError } from '../../errors.ts';
import type { ImageReference } from '../../image.ts';
import type { Cluster } from '../connect/cluster.ts';
import { failureOf } from '../objects/job-end.ts';
import { isJob } from '../objects/objects.ts';
import { carriersIn } from '../objects/pod-specs.ts';
import type { Delivery } from './delivery.ts';
import type { ApplyStep } from './plan-apply.ts';
import { isJobOf, readJob, replaceable } from './replace-job.ts';

/** Not where only one of them has a digest: a webhook may have added it, and does so again. */
const isOther = (a: ImageReference, b: ImageReference): boolean =>
  a.tag !== b.tag || (a.digest !== undefined && b.digest !== undefined && a.digest !== b.digest);

const howToRunIt =
  'delete the Job, give it a new name for each release (`generateName`), or set `replaceJobs: true` for the environment';

/**
 * Refuses a Job that is in the cluster with another version of the image: the server would, with 422, after the commit. Its
 * pod template cannot be changed: https://kubernetes.io/docs/concepts/workloads/controllers/job/. Nor would one run again that
 * has failed. Where Jobs are replaced, it has to have ended.
 * @throws TagboatError `cluster-refused`, `job-running`, `cluster-*`
 */
export const checkJob = async (
  cluster: Cluster,
  step: ApplyStep,
  { image, replaceJobs, release, restartedAt }: Delivery,
): Promise<void> => {
  const { object, at } = step;
  if (!isJob(object)) return;
  const wanted = carriersIn(object, image);
  if (wanted.length === 0) return;
  if (replaceJobs === true) {
    await replaceable(cluster, step, release);
    return;
  }
  const live = await readJob(cluster, step);
  if (live === undefined) return;
  const { name } = object.metadata;
  const refuse = (why: string): TagboatError =>
    new TagboatError('cluster-refused', `Job ${name} ${why}; ${howToRunIt}`, { at });
  const fixed = carriersIn(live, image).find(({ container, reference }) =>
    wanted.some((one) => one.container === container && isOther(one.reference, reference)),
  );
  if (fixed !== undefined)
    throw refuse(
      `is in the cluster with ${fixed.text}, and Kubernetes does not let the pod template of a Job be changed`,
    );
  if (failureOf(live) !== undefined)
    throw refuse('is in the cluster and has failed, and Kubernetes does not run it again');
  if (restartedAt !== undefined && !isJobOf(live, release))
    throw refuse(
      'is in the cluster since before the tag was pushed again, and Kubernetes does not run it again for the new image',
    );
};
