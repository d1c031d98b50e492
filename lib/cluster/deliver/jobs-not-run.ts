import { isJob, type WorkloadRef } from '../objects/objects.ts';
import type { Delivery } from './delivery.ts';
import { type ManifestDocument, readDocuments, readWhatIsReadable } from './documents.ts';
import { isJobOfRelease } from './goes-first.ts';

/** `Job migrate`, or `Job migrate-…` where each release has one under a name of its own. */
const describeJob = ({ object, generateName }: ManifestDocument): string =>
  `Job ${generateName === undefined ? object.metadata.name : `${generateName}…`}`;

/** The Jobs that an undo leaves alone: `Job migrate`. */
export const jobsLeft = (delivery: Delivery): readonly string[] =>
  delivery.mode === 'apply' && delivery.leavesJobs === true
    ? delivery.files
        .flatMap((file) => readDocuments(file, delivery.release))
        .filter(({ object }) => isJobOfRelease(object, delivery))
        .map(describeJob)
    : [];

/**
 * The Jobs that the commit of the release has and that are not followed: `set-image` runs none, and under which name an agent
 * runs one with `generateName` only the agent knows.
 * @param delivered the workloads that are followed
 */
export const jobsNotFollowed = (delivery: Delivery, delivered: readonly WorkloadRef[]): readonly string[] =>
  delivery.mode === 'apply'
    ? []
    : delivery.files
        .flatMap((file) => readWhatIsReadable(file).objects)
        .filter(({ object }) => isJobOfRelease(object, delivery))
        .filter(
          ({ object, generateName }) =>
            generateName !== undefined ||
            !delivered.some((ref) => isJob(ref) && ref.name === object.metadata.name),
        )
        .map(describeJob);
