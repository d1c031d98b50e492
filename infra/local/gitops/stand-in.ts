import { statusOf } from '../../../lib/cluster/connect/api-error.ts';
import type { Cluster } from '../../../lib/cluster/connect/connect.ts';
import type { ManifestObject } from '../../../lib/cluster/deliver/documents.ts';
import { isMapping, mapping } from '../../../lib/mapping.ts';
import type { StandIn } from './types.ts';

/** By which a stand-in is known again. */
const managedBy = { label: 'app.kubernetes.io/managed-by', value: 'tagboat-local' } as const;

/** An app's name as a Kubernetes object may have it: `Web_Shop.v2` → `web-shop-v2`. */
export const objectName = (app: string): string =>
  app
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replace(/-+$/, '');

/** A Deployment of one pod that runs the image, and nothing else of what a chart would make. */
export const standInDeployment = ({ name, reference }: StandIn): ManifestObject => {
  const labels = { 'app.kubernetes.io/name': name, [managedBy.label]: managedBy.value };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: reference }] } },
    },
  };
};

/** Takes the stand-in of an earlier start away, where the files make objects by now: Kustomize was installed meanwhile. */
export const removeStandIn = async (cluster: Cluster, namespace: string, app: string): Promise<void> => {
  const name = objectName(app);
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(name)}`;
  try {
    const found = await cluster.api.json({ method: 'GET', path, what: `read Deployment ${name}` });
    const { labels } = mapping(isMapping(found) ? found.metadata : undefined);
    if (mapping(labels)[managedBy.label] !== managedBy.value) return;
    await cluster.api.json({ method: 'DELETE', path, what: `delete Deployment ${name}` });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
};
