import { type Document, isScalar, LineCounter } from 'yaml';
import { type Place, TagboatError } from '../../errors.ts';
import { isMapping } from '../../mapping.ts';
import { parseYaml, type YamlOptions } from '../../yaml/parse-yaml.ts';
import { splitDocuments } from '../../yaml/split-documents.ts';
import { isJob } from '../objects/objects.ts';
import { generatedName } from './generated-name.ts';
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
export type ManifestDocument = {
  readonly object: ManifestObject;
  readonly at: Place;
  /** The `metadata.generateName` of a Job that was named after the release: `migrate-`. */
  readonly generateName?: string;
};

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

/** A Job that asks for a new name each time is given that of the release. */
const withName = (
  value: unknown,
  release: string | undefined,
): Pick<ManifestDocument, 'generateName'> & { readonly value: unknown } => {
  if (release === undefined || !isMapping(value)) return { value };
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return { value };
  if (!isJob({ apiVersion, kind }) || !isMapping(metadata)) return { value };
  const { generateName, ...rest } = metadata;
  return typeof generateName === 'string' && generateName !== '' && !metadata.name
    ? { generateName, value: { ...value, metadata: { ...rest, name: generatedName(generateName, release) } } }
    : { value };
};

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

const documentOf = (given: unknown, at: Place, release: string | undefined): ManifestDocument => {
  const { value, ...generated } = withName(given, release);
  return { object: checkObject(value, at), at, ...generated };
};

/** What one document has, each read for itself: what is wrong with one object does not take the others with it. */
type Reading = () => readonly ManifestDocument[];

const unpack = (value: unknown, at: Place, release: string | undefined): readonly Reading[] =>
  isMapping(value) &&
  typeof value.kind === 'string' &&
  value.kind.endsWith('List') &&
  Array.isArray(value.items)
    ? value.items.flatMap((item: unknown) => unpack(item, at, release))
    : [() => [documentOf(value, at, release)]];

const plain = (document: Document.Parsed, at: Place): unknown => {
  try {
    return document.toJS({ maxAliasCount: 1000 }) as unknown;
  } catch {
    // Aliases of aliases that would unfold without end.
    throw new TagboatError('manifest-unparsable', 'its aliases cannot be resolved', { at });
  }
};

type File = { readonly path: string; readonly text: string };

const readingsOf = (
  file: File,
  release: string | undefined,
): readonly { readonly text: string; readonly read: () => readonly Reading[] }[] => {
  const lines = new LineCounter();
  for (let start = 0; start !== -1; start = file.text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
  const read = (offset: number, text: string): readonly Reading[] => {
    const { document, error } = parseYaml(text, options);
    if (error !== undefined) {
      const { line, col } = lines.linePos(offset + error.offset);
      throw new TagboatError('manifest-unparsable', error.cause.message, {
        at: { file: file.path, line, column: col },
      });
    }
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return [];
    const { line } = lines.linePos(offset + (contents.range?.[0] ?? 0));
    const at = { file: file.path, line };
    return unpack(plain(document, at), at, release);
  };
  return splitDocuments(file.text).map(({ start, text }) => ({ text, read: () => read(start, text) }));
};

/**
 * Reads the objects of a manifest, YAML or JSON, the way Kubernetes does: YAML 1.1, so that `defaultMode: 0644` is an
 * octal number, less the types that Kubernetes reads as text, and with what its parser takes beyond the specification. Of
 * keys that stand twice the last counts, as for kubectl. Lists are unpacked; empty documents are skipped.
 * @param release the id of the release that Jobs with `generateName` are named after; without it they have no name
 * @throws TagboatError `manifest-unparsable` or `manifest-not-applicable`, with file and line
 */
export const readDocuments = (file: File, release?: string): readonly ManifestDocument[] =>
  readingsOf(file, release)
    .flatMap(({ read }) => read())
    .flatMap((reading) => reading());

/** The objects of a file as far as it has any, and the text of each document in which something is none. */
export type ReadableDocuments = {
  readonly objects: readonly ManifestDocument[];
  readonly unread: readonly string[];
};

/** Where no release is delivered under its own names: Jobs with `generateName` are named all the same, so that they can be read. */
const noRelease = '';

/** Reads what `readDocuments` would, without what it would refuse: Helm values, a Kustomization, an object without a name. */
export const readWhatIsReadable = (file: File): ReadableDocuments => {
  const objects: ManifestDocument[] = [];
  const unread = new Set<string>();
  for (const { text, read } of readingsOf(file, noRelease)) {
    const attempt = <T>(of: () => readonly T[]): readonly T[] => {
      try {
        return of();
      } catch (error) {
        if (!(error instanceof TagboatError)) throw error;
        unread.add(text);
        return [];
      }
    };
    objects.push(...attempt(read).flatMap(attempt));
  }
  return { objects, unread: [...unread] };
};

const options = {
  version: '1.1',
  merge: true,
  customTags: (tags) =>
    tags.filter(
      (tag) =>
        typeof tag === 'string' ||
        !(notInKubernetes.has(tag.tag) || ('format' in tag && tag.format === 'TIME')),
    ),
} satisfies YamlOptions;
