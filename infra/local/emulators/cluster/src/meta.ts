import { createHash } from 'node:crypto';
import { asArray, at } from './json.ts';
import type { Condition, KubeObject, OwnerReference, Pod } from './types.ts';

/** A time the way Kubernetes writes it: whole seconds, UTC. */
export const timestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

export const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Letters and digits that spell nothing rude. Source: k8s.io/apimachinery/pkg/util/rand */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** For names, which are no secrets. */
export const randomSuffix = (length = 5): string =>
  Array.from({ length }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('');

/** Ten characters that stand for a text, fit for a name and a label. */
export const safeHash = (text: string): string =>
  [...createHash('sha256').update(text).digest().subarray(0, 10)]
    .map((byte) => alphabet[byte % alphabet.length])
    .join('');

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller === true);

export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;

export const ownerReference = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** Left to itself by that owner. */
export const withoutOwner = <T extends KubeObject>(object: T, uid: string): T => ({
  ...object,
  metadata: {
    ...object.metadata,
    ownerReferences: object.metadata.ownerReferences?.filter((owner) => owner.uid !== uid),
  },
});

export const findCondition = (
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined => conditions?.find((condition) => condition.type === type);

/** By creation, then by name: the order in which upstream controllers look at what they own. */
export const byAge = (a: KubeObject, b: KubeObject): number =>
  a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
  a.metadata.name.localeCompare(b.metadata.name);

/** A count, or a percentage of a total, rounded as asked. Source: k8s.io/apimachinery/pkg/util/intstr */
export const scaledValue = (
  value: number | string | undefined,
  total: number,
  round: 'up' | 'down',
): number => {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const exact = (Number.parseInt(value, 10) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
};

/** The one node that a pod of a DaemonSet is for, bound to it or not yet. */
export const pinnedNode = (pod: Pod): string | undefined => {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const terms = asArray(at(pod.spec.affinity, 'nodeAffinity', required, 'nodeSelectorTerms'));
  const field = terms
    .flatMap((term) => asArray(at(term, 'matchFields')))
    .find((candidate) => at(candidate, 'key') === 'metadata.name');
  const [name] = asArray(at(field, 'values'));
  return typeof name === 'string' ? name : undefined;
};
