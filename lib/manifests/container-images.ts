import { tryParseImage } from '../image.ts';
import { type Cursor, child, distinct, entries, items, scalarOf, textOf } from './cursor.ts';
import { digestsOf } from './digests-beside.ts';
import type { Site, Wanted, Workload } from './format.ts';
import { referenceSite, referenceWithDigests } from './reference.ts';

/** Keys under which a kind has containers, each in a map or a list. */
type ContainerKeys = readonly string[];

const podKeys: ContainerKeys = ['initContainers', 'containers', 'ephemeralContainers'];

/** Kinds that have containers under other keys as well, by their API group. */
const moreKeys: Readonly<Record<string, ContainerKeys>> = {
  // https://argo-workflows.readthedocs.io/en/stable/fields/#template
  'argoproj.io': ['container', 'script', 'sidecars'],
  // https://tekton.dev/docs/pipelines/tasks/
  'tekton.dev': ['steps', 'stepTemplate', 'sidecars'],
};

/** Kinds with a format of their own, in which `containers` may be anything. */
const otherFormats =
  /^(?:argoproj\.io\/Application(?:Set)?|(?:helm|kustomize)\.toolkit\.fluxcd\.io\/.*|kustomize\.config\.k8s\.io\/.*)$/;

/** What an object may have besides what it asks for. */
const notAsked: readonly string[] = ['metadata', 'status'];

/** Deeper than any kind has containers: a JobSet has its pod specs eight levels down. */
const maxDepth = 16;

/**
 * Containers anywhere in an object, known by the key they stand under: what Kubeflow, JobSet and OpenShift's Template have in
 * pod specs, and what Argo Workflows and Tekton have in forms of their own. Only whole references with a tag or a digest
 * count: everything else may be filled in or completed by what runs the object.
 * @throws TagboatError `manifest-refused`
 */
export const containerImages = (
  object: Cursor,
  {
    apiVersion,
    kind,
    workload,
  }: { readonly apiVersion: string; readonly kind: string; readonly workload: Workload | undefined },
  wanted: Wanted,
): readonly Site[] => {
  const group = apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
  if (otherFormats.test(`${group}/${kind}`)) return [];
  const keys = [...podKeys, ...(moreKeys[group] ?? [])];
  const asked = entries(object).filter(({ key }) => !notAsked.includes(key));
  const containers = asked.flatMap(({ key, value }) => [
    ...(keys.includes(key) ? listed(value) : []),
    ...containersIn(value, keys, 1),
  ]);
  return distinct(containers).flatMap((container) => siteIn(container, wanted, workload));
};

const containersIn = (at: Cursor, keys: ContainerKeys, depth: number): readonly Cursor[] => {
  if (depth > maxDepth) return [];
  return [
    ...keys.flatMap((key) => child(at, key)).flatMap(listed),
    ...entries(at).flatMap(({ value }) => containersIn(value, keys, depth + 1)),
    ...items(at)
      .filter(({ hazards }) => hazards.at(-1)?.isAlias !== true)
      .flatMap((item) => containersIn(item, keys, depth + 1)),
  ];
};

/** The items of a list, or the one that it is. */
const listed = (value: Cursor): readonly Cursor[] => [value, ...items(value)];

const siteIn = (container: Cursor, wanted: Wanted, workload: Workload | undefined): readonly Site[] => {
  const scalar = scalarOf(child(container, 'image'));
  if (scalar === undefined) return [];
  const image = tryParseImage(textOf(scalar).trim());
  if (image?.name !== wanted.image || (image.tag ?? image.digest) === undefined) return [];
  const site = referenceSite(scalar, wanted, { workload });
  return site === undefined
    ? []
    : [referenceWithDigests(site, { name: scalar, names: ['image'] }, digestsOf(container, 'image'))];
};
