import { TagboatError } from '../../errors.ts';
import { groupOf } from '../connect/discovery.ts';
import type { ManifestDocument } from './documents.ts';

/**
 * What `deliver: apply` applies in every environment: the kinds that the Role of infra/cluster/deployer.yml may patch. None
 * of them reaches beyond its namespace.
 */
export const defaultKinds: readonly string[] = [
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'CronJob.batch',
  'Job.batch',
  'Rollout.argoproj.io',
  'Service',
  'ConfigMap',
];

/** A kind as `kinds:` of tagboat.yml names it: `Service`, `Ingress.networking.k8s.io`. Its version does not matter. */
export const kindName = (apiVersion: string, kind: string): string => {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
};

/**
 * Refuses every kind that is not named, whatever the credentials may do: whoever can write to the config repo must not be
 * able to send a ClusterRoleBinding along with an image.
 * @param more what the environment allows besides `defaultKinds`
 * @throws TagboatError `kind-not-allowed`, with file and line
 */
export const checkKind = ({ object, at }: ManifestDocument, more: readonly string[] = []): void => {
  const name = kindName(object.apiVersion, object.kind);
  if (!defaultKinds.includes(name) && !more.includes(name))
    throw new TagboatError(
      'kind-not-allowed',
      `${object.kind} ${object.metadata.name} stands in a file that carries the image, and \`kinds\` of the environment does not list ${name}`,
      { at },
    );
};
