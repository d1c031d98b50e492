import { containerImages } from './container-images.ts';
import { type Cursor, child, descend, distinct, items, scalarOf, textAt } from './cursor.ts';
import type { Site, Wanted, Workload } from './format.ts';
import { referenceSite } from './reference.ts';

const templatePaths = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['spec', 'jobTargetRef', 'template', 'spec'],
] as const;

const ownPaths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Pod: [['spec']],
  PodTemplate: [['template', 'spec']],
};

const containerKeys = ['initContainers', 'containers', 'ephemeralContainers'];

/** The places of one object: those of the kinds that everybody has, and what has the form of a container elsewhere. */
export const objectImages = (object: Cursor, wanted: Wanted): readonly Site[] => {
  const kind = textAt(object, 'kind');
  const apiVersion = textAt(object, 'apiVersion');
  if (kind === undefined || apiVersion === undefined) return [];
  const workload = workloadOf(object, apiVersion, kind);
  const podSpecs = (ownPaths[kind] ?? templatePaths).flatMap((path) => descend(object, ...path));
  const lists = distinct(podSpecs.flatMap((podSpec) => containerKeys.flatMap((key) => child(podSpec, key))));
  const known = distinct(lists.flatMap(items))
    .flatMap((container) => child(container, 'image'))
    .flatMap((image) => {
      const scalar = scalarOf([image]);
      return scalar === undefined ? [] : (referenceSite(scalar, wanted, { workload }) ?? []);
    });
  const own = new Set(known.map(({ at }) => at.node));
  const others = containerImages(object, { apiVersion, kind, workload }, wanted);
  return [...known, ...others.filter(({ at }) => !own.has(at.node))];
};

const workloadOf = (object: Cursor, apiVersion: string, kind: string): Workload | undefined => {
  const name = textAt(object, 'metadata', 'name');
  if (name === undefined) return undefined;
  const namespace = textAt(object, 'metadata', 'namespace');
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
};
