import { type Document, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { type Place, TagboatError } from '../../errors.ts';
import { isMapping } from '../../mapping.ts';
import { identityProblem } from './object-identity.ts';

export type ManifestObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
};

/** A Kubernetes object of a manifest, and where it begins. */
export type ManifestDocument = { readonly object: ManifestObject; readonly at: Place };

/** YAML 1.1 types that Kubernetes' own parser does not know: it reads such scalars as text. */
const notInKubernetes = new Set([
  'tag:yaml.org,2002:timestamp',
  'tag:yaml.org,2002:binary',
  'tag:yaml.org,2002:omap',
  'tag:yaml.org,2002:pairs',
  'tag:yaml.org,2002:set',
]);

const refuse = (at: Place, message: string): TagboatError =>
  new TagboatError('manifest-not-applicable', message, { at });

const checkObject = (value: unknown, at: Place): ManifestObject => {
  if (!isMapping(value)) throw refuse(at, 'is not a Kubernetes object');
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw refuse(
      at,
      'is not a Kubernetes object: apiVersion or kind is missing. `deliver: apply` applies plain manifests; use set-image or agent for Helm values and Kustomizations',
    );
  if (apiVersion.startsWith('kustomize.config.k8s.io/'))
    throw refuse(
      at,
      `a ${kind} cannot be applied as it is; use \`deliver: set-image\`, or \`agent\` where an agent builds it`,
    );
  if (!isMapping(metadata) || typeof metadata.name !== 'string' || metadata.name === '')
    throw refuse(at, `${kind} has no metadata.name`);
  const problem = identityProblem({ apiVersion, kind, name: metadata.name });
  if (problem !== undefined) throw refuse(at, problem);
  const namespace = metadata.namespace;
  if (namespace !== undefined && namespace !== null && typeof namespace !== 'string')
    throw refuse(at, `${kind} ${metadata.name}: metadata.namespace is not text`);
  return value as ManifestObject;
};

const unpack = (value: unknown, at: Place): readonly ManifestDocument[] =>
  isMapping(value) &&
  typeof value.kind === 'string' &&
  value.kind.endsWith('List') &&
  Array.isArray(value.items)
    ? value.items.flatMap((item: unknown) => unpack(item, at))
    : [{ object: checkObject(value, at), at }];

const plain = (document: Document.Parsed, at: Place): unknown => {
  try {
    return document.toJS({ maxAliasCount: 1000 }) as unknown;
  } catch {
    // Aliases of aliases that would unfold without end.
    throw new TagboatError('manifest-unparsable', 'its aliases cannot be resolved', { at });
  }
};

/**
 * Reads the objects of a manifest, YAML or JSON, the way Kubernetes does: YAML 1.1, so that `defaultMode: 0644` is an
 * octal number, less the types that Kubernetes reads as text. Lists are unpacked; empty documents are skipped.
 * @throws TagboatError `manifest-unparsable` or `manifest-not-applicable`, with file and line
 */
export const readDocuments = (file: {
  readonly path: string;
  readonly text: string;
}): readonly ManifestDocument[] => {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(file.text, {
    version: '1.1',
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          typeof tag === 'string' ||
          !(notInKubernetes.has(tag.tag) || ('format' in tag && tag.format === 'TIME')),
      ),
  });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const problem = document.errors[0];
    if (problem !== undefined) {
      const { line, col } = lineCounter.linePos(problem.pos[0]);
      throw new TagboatError('manifest-unparsable', problem.message, {
        at: { file: file.path, line, column: col },
      });
    }
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return [];
    const start = lineCounter.linePos(contents.range?.[0] ?? 0).line;
    const at = { file: file.path, line: start };
    return unpack(plain(document, at), at);
  });
};
