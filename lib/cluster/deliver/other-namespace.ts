import { TagboatError } from '../../errors.ts';
import type { ManifestDocument } from './documents.ts';

/** The namespace that an object names, where it is not the environment's. An empty one counts as none, as for kubectl. */
export const otherNamespace = (
  { object: { metadata } }: ManifestDocument,
  namespace: string,
): string | undefined =>
  (metadata.namespace ?? '') === '' || metadata.namespace === namespace ? undefined : metadata.namespace;

/** @throws TagboatError `manifest-not-applicable`, with file and line */
export const checkNamespace = (document: ManifestDocument, namespace: string): void => {
  const given = otherNamespace(document, namespace);
  const { object, at } = document;
  if (given !== undefined)
    throw new TagboatError(
      'manifest-not-applicable',
      `${object.kind} ${object.metadata.name} names the namespace ${given}, and the environment is ${namespace}`,
      { at },
    );
};
