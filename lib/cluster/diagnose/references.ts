import type { Pod } from '../objects/objects.ts';

/** Something that a pod refers to and that is not there, or not with that key. */
type Missing = { readonly says: string; readonly next: string };

const kinds: Readonly<Record<string, string>> = { configmap: 'ConfigMap', secret: 'Secret' };

const object = (kind: string, name: string, namespace: string, where: string): Missing => ({
  says: `the ${kind} ${name} does not exist`,
  next: `Create the ${kind} ${name} in namespace ${namespace}, or correct the reference ${where}.`,
});

const key = (kind: string, name: string, missing: string, namespace: string, where: string): Missing => ({
  says: `the ${kind} ${name} has no key ${missing}`,
  next: `Add the key ${missing} to the ${kind} ${name} in namespace ${namespace}, or correct the reference ${where}.`,
});

/**
 * Reads the kubelet's message about a missing reference, of an environment or a volume.
 * Source: k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/{configmap,secret}
 * @param where `in container web` or `in volume settings`
 * @returns undefined for a message about something else
 */
export const readMissing = (words: string, pod: Pod, where: string): Missing | undefined => {
  const namespace = pod.metadata.namespace ?? 'default';
  const absent = /\b(configmap|secret) "([^"]+)" not found/i.exec(words);
  if (absent !== null) {
    const [, kind = '', name = ''] = absent;
    return object(kinds[kind.toLowerCase()] ?? kind, name, namespace, where);
  }
  const unkeyed = /couldn't find key (\S+) in (ConfigMap|Secret) [^/\s]+\/(\S+)/.exec(words);
  if (unkeyed !== null) {
    const [, missing = '', kind = '', name = ''] = unkeyed;
    return key(kind, name, missing, namespace, where);
  }
  const unkeyedVolume = /references non-existent (config|secret) key: ?(\S+)/.exec(words);
  if (unkeyedVolume !== null) {
    const [, what = '', missing = ''] = unkeyedVolume;
    const volume = pod.spec.volumes?.find(({ name }) => name === /for volume "([^"]+)"/.exec(words)?.[1]);
    return what === 'config'
      ? key('ConfigMap', volume?.configMap?.name ?? '(unknown)', missing, namespace, where)
      : key('Secret', volume?.secret?.secretName ?? '(unknown)', missing, namespace, where);
  }
  return undefined;
};
