import type { Pod } from '../objects/objects.ts';
import { eventLines, type Facts, messageOf, warningsOf } from './facts.ts';
import type { Finding } from './finding.ts';
import { readMissing } from './references.ts';

const mountReasons: ReadonlySet<string> = new Set(['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']);

/** A pod whose containers cannot start because a volume cannot be mounted. */
export const unmounted = (facts: Facts, pod: Pod): Finding | undefined => {
  // The warnings stay after the volume was mounted at last; by then there is a container that runs.
  const started =
    pod.status?.containerStatuses?.some((status) => status.state?.waiting === undefined) === true;
  if (started) return undefined;
  const found = warningsOf(facts, pod.metadata.uid)
    .filter((event) => mountReasons.has(event.reason ?? ''))
    .map((event) => {
      const volume = /for volume "([^"]+)"/.exec(messageOf(event))?.[1];
      const where = volume === undefined ? 'in the volumes' : `in volume ${volume}`;
      return { event, volume, missing: readMissing(messageOf(event), pod, where) };
    });
  // "timed out waiting for the condition" follows from the one that names what is missing.
  const telling = found.find(({ missing }) => missing !== undefined) ?? found[0];
  if (telling === undefined) return undefined;
  const { event, volume, missing } = telling;
  return {
    cause: missing === undefined ? 'unknown' : 'missing-reference',
    summary:
      missing === undefined
        ? `A volume cannot be mounted: ${messageOf(event)}`
        : `The volume${volume === undefined ? '' : ` ${volume}`} cannot be mounted: ${missing.says}.`,
    evidence: eventLines([event, ...found.map((one) => one.event).filter((other) => other !== event)]),
    next:
      missing?.next ??
      `Check the volume${volume === undefined ? '' : ` ${volume}`}, its driver, and whether another node still holds it.`,
  };
};
