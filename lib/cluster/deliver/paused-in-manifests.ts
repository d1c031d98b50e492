import { TagboatError } from '../../errors.ts';
import { isMapping } from '../../mapping.ts';
import type { WorkloadRef } from '../objects/objects.ts';
import { type ManifestDocument, readDocuments } from './documents.ts';

type File = { readonly path: string; readonly text: string };

/** What no manifest is, Helm values for example, pauses nothing. */
const read = (file: File): readonly ManifestDocument[] => {
  try {
    return readDocuments(file);
  } catch (error) {
    if (error instanceof TagboatError) return [];
    throw error;
  }
};

/** Whether a manifest among the files has `spec.paused: true` for a workload: then it is not for Tagboat to resume. */
export const pausedInManifests = (files: readonly File[]): ((ref: WorkloadRef) => boolean) => {
  const paused = files
    .flatMap(read)
    .filter(({ object: { spec } }) => isMapping(spec) && spec.paused === true);
  return ({ apiVersion, kind, name }) =>
    paused.some(
      ({ object }) =>
        object.apiVersion === apiVersion && object.kind === kind && object.metadata.name === name,
    );
};
