import { isMapping } from '../../mapping.ts';
import type { ManifestObject } from './documents.ts';

/**
 * Writes out `protocol: TCP` in the ports of a Service that leave it away. Servers before 1.21 tell ports apart by a
 * protocol that must be there, and refuse the apply; every server adds the same default itself.
 * https://github.com/kubernetes-sigs/structured-merge-diff/issues/183
 */
export const withDefaultProtocol = (object: ManifestObject): ManifestObject => {
  const { spec } = object;
  if (object.apiVersion !== 'v1' || object.kind !== 'Service' || !isMapping(spec)) return object;
  const { ports } = spec;
  if (!Array.isArray(ports)) return object;
  return {
    ...object,
    spec: {
      ...spec,
      ports: ports.map((port: unknown) => (isMapping(port) ? { protocol: 'TCP', ...port } : port)),
    },
  };
};
