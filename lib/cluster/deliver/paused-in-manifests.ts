import { isMapping } from '../../mapping.ts';
import type { WorkloadRef } from '../objects/objects.ts';
import { readWhatIsReadable } from './documents.ts';

type File = { readonly path: string; readonly text: string };

/**
 * Whether a manifest among the files has `spec.paused: true` for a workload: then it is not for Tagboat to resume. What no
 * manifest is, Helm values for example, pauses nothing.
 */
export const pausedInManifests = (files: readonly File[]): ((ref: WorkloadRef) => boolean) => {
  const paused = files
    .flatMap((file) => readWhatIsReadable(file).objects)
    .filter(({ object: { spec } }) => isMapping(spec) && spec.paused === true);
  return ({ apiVersion, kind, name }) =>
    paused.some(
      ({ object }) =>
        object.apiVersion === apiVersion && object.kind === kind && object.metadata.name === name,
    );
};
