import { asObject } from '../json.ts';
import { configMaps, secrets } from '../resources.ts';
import type { Store } from '../store.ts';
import type { Container, Pod } from '../types.ts';

/** What a container's environment refers to and is not there, in the kubelet's words; undefined: all is there. */
export const missingForEnvironment = (store: Store, pod: Pod, container: Container): string | undefined => {
  const { namespace } = pod.metadata;
  const sources = [
    ...(container.envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [
      ...(configMapRef === undefined ? [] : [{ ...configMapRef, resource: configMaps, key: undefined }]),
      ...(secretRef === undefined ? [] : [{ ...secretRef, resource: secrets, key: undefined }]),
    ]),
    ...(container.env ?? []).flatMap(({ valueFrom }) => [
      ...(valueFrom?.configMapKeyRef === undefined
        ? []
        : [{ ...valueFrom.configMapKeyRef, resource: configMaps }]),
      ...(valueFrom?.secretKeyRef === undefined ? [] : [{ ...valueFrom.secretKeyRef, resource: secrets }]),
    ]),
  ];
  for (const { name, key, optional, resource } of sources) {
    if (optional === true) continue;
    const found = store.get(resource, namespace, name);
    if (found === undefined) return `${resource.singular} "${name}" not found`;
    if (key !== undefined && asObject(found.data)[key] === undefined)
      return `couldn't find key ${key} in ${resource.kind} ${namespace}/${name}`;
  }
  return undefined;
};

/** The first volume whose ConfigMap or Secret, or a key of it, is not there. */
export const missingForVolumes = (store: Store, pod: Pod): string | undefined => {
  for (const { name, configMap, secret } of pod.spec.volumes ?? []) {
    const [resource, source, optional] =
      configMap !== undefined
        ? [configMaps, configMap.name, configMap.optional]
        : [secrets, secret?.secretName, secret?.optional];
    if (source === undefined || optional === true) continue;
    const failed = `MountVolume.SetUp failed for volume "${name}" : `;
    const found = store.get(resource, pod.metadata.namespace, source);
    if (found === undefined) return `${failed}${resource.singular} "${source}" not found`;
    const { items = [] } = configMap ?? secret ?? {};
    const missing = items.find(({ key }) => asObject(found.data)[key] === undefined);
    // Source: k8s.io/kubernetes/pkg/volume/{configmap,secret}, MakePayload
    if (missing !== undefined)
      return configMap === undefined
        ? `${failed}references non-existent secret key: ${missing.key}`
        : `${failed}configmap references non-existent config key: ${missing.key}`;
  }
  return undefined;
};
