import { isMapping } from '../../mapping.ts';
import type { PodSpec, Workload } from './objects.ts';
import { type Carrier, carriersOf } from './template-image.ts';

/** A pod spec within an object, and the keys that lead to it. */
export type PodSpecAt = { readonly path: readonly string[]; readonly spec: PodSpec };

/** What an object may have besides what it asks for. */
const notAsked = new Set(['metadata', 'status']);

/** Deeper than any kind puts one: a JobSet has it eight levels down. */
const maxDepth = 12;

const search = (value: unknown, path: readonly string[]): readonly PodSpecAt[] => {
  if (path.length > maxDepth) return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => search(item, [...path, String(at)]));
  if (!isMapping(value)) return [];
  if (Array.isArray(value.containers)) return [{ path, spec: value as PodSpec }];
  return Object.entries(value).flatMap(([key, child]) =>
    path.length === 0 && notAsked.has(key) ? [] : search(child, [...path, key]),
  );
};

/**
 * The pod specs of an object of any kind, known by their list of containers: a CronJob has one in `spec.jobTemplate`, a
 * Knative Service in `spec.template`, a JobSet has several.
 */
export const podSpecsOf = (object: unknown): readonly PodSpecAt[] => search(object, []);

/** A container that carries the image, and the pod spec it is in. */
export type CarrierAt = Carrier & PodSpecAt;

/** The containers of all of its pod specs that run an image of that normalised name. */
export const carriersIn = (object: unknown, image: string): readonly CarrierAt[] =>
  podSpecsOf(object).flatMap((at) => carriersOf(at.spec, image).map((carrier) => ({ ...carrier, ...at })));

/**
 * An object of a kind without a rollout in the shape of those that have one: its template has the containers of all its
 * pod specs.
 */
export const withOneTemplate = (object: Workload): Workload => {
  const specs = podSpecsOf(object).map(({ spec }) => spec);
  return {
    ...object,
    spec: {
      ...object.spec,
      selector: {},
      template: {
        spec: {
          containers: specs.flatMap(({ containers }) => containers),
          initContainers: specs.flatMap(({ initContainers = [] }) => initContainers),
        },
      },
    },
  };
};
