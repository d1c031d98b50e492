import { TagboatError } from '../../errors.ts';
import { statusOf } from '../connect/api-error.ts';
import type { Cluster } from '../connect/cluster.ts';
import { hasEnded } from '../objects/job-end.ts';
import type { Workload } from '../objects/objects.ts';
import type { ManifestObject } from './documents.ts';
import { objectPath } from './object-path.ts';
import type { ApplyStep } from './plan-apply.ts';

/** The id of the release that a Job was applied for. */
const releaseAnnotation = 'tagboat.dev/release';

/** Seconds until a Job that still runs is asked after again. */
const askAgainSeconds = 30;

export const withReleaseId = (object: ManifestObject, release: string | undefined): ManifestObject =>
  release === undefined
    ? object
    : {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { ...object.metadata.annotations, [releaseAnnotation]: release },
        },
      };

/** A Job that is in the cluster; undefined where none of that name is, or where it may not be read. */
export const readJob = async (cluster: Cluster, step: ApplyStep): Promise<Workload | undefined> => {
  try {
    const path = objectPath(step);
    return (await cluster.api.json({ method: 'GET', path, what: 'read Job' })) as Workload;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 403) return undefined;
    throw error;
  }
};

/** Whether a Job in the cluster was applied for that release. */
export const isJobOf = ({ metadata }: Workload, release: string | undefined): boolean =>
  release !== undefined && metadata.annotations?.[releaseAnnotation] === release;

/**
 * The Job of an earlier release that has the name of the new one, where it has ended and may be deleted; undefined where there is
 * none. One that still runs is not ended by a release.
 * @throws TagboatError `job-running`, `cluster-*`
 */
export const replaceable = async (
  cluster: Cluster,
  step: ApplyStep,
  release: string | undefined,
): Promise<Workload | undefined> => {
  const { at, object } = step;
  const found = await readJob(cluster, step);
  if (found === undefined || isJobOf(found, release)) return undefined;
  const { name } = object.metadata;
  const wait = (why: string): TagboatError =>
    new TagboatError('job-running', `Job ${name} of an earlier release ${why}`, {
      at,
      retryAfterSeconds: askAgainSeconds,
    });
  if (found.metadata.deletionTimestamp !== undefined) throw wait('is still being deleted');
  if (!hasEnded(found)) throw wait('still runs, and is not ended by a release');
  return found;
};

/**
 * Makes room for the Job of a release: deletes that of an earlier one, once it has ended. Twice is once: the Job of this release
 * is known by its annotation, and the precondition is that it is still the one that was read.
 * @throws TagboatError `job-running`, `cluster-*`
 */
export const deleteEarlierJob = async (
  cluster: Cluster,
  step: ApplyStep,
  release: string | undefined,
): Promise<void> => {
  const earlier = await replaceable(cluster, step, release);
  if (earlier === undefined) return;
  const { name, namespace } = step.object.metadata;
  const value = { propagationPolicy: 'Background', preconditions: { uid: earlier.metadata.uid } };
  try {
    await cluster.api.json({
      method: 'DELETE',
      path: objectPath(step),
      body: { type: 'application/json', value },
      what: `delete Job ${name} of an earlier release`,
    });
    cluster.logger.info('deleted', { kind: 'Job', namespace, name });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
};
