import type { Stack } from '../../../infra/local/stack/types.ts';
import { readJson } from './answers.ts';

const condition = 'example.com/open';

/** A manifest whose pods are not ready before their gate is opened: the rollout takes as long as the test wants. */
export const withGate = (manifest: string): string =>
  manifest.replace('containers:', `readinessGates: [{conditionType: ${condition}}]\n            containers:`);

type Pod = {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
};

/** Opens the gates of the pods that are there now. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate */
export const openGates = async (stack: Stack, app: string): Promise<void> => {
  const pods = `${stack.url}/api/v1/namespaces/default/pods`;
  const authorization = `Bearer ${stack.secrets.TAGBOAT_DEMO_CLUSTER_TOKEN}`;
  const listed = await fetch(`${pods}?labelSelector=app%3D${app}`, { headers: { authorization } });
  const { items } = await readJson<{ readonly items: readonly Pod[] }>(listed);
  for (const { metadata, status } of items) {
    if (status?.conditions?.some(({ type }) => type === condition)) continue;
    const response = await fetch(`${pods}/${metadata.name}/status`, {
      method: 'PATCH',
      headers: { authorization, 'content-type': 'application/strategic-merge-patch+json' },
      body: JSON.stringify({ status: { conditions: [{ type: condition, status: 'True' }] } }),
    });
    // A pod of the last version may be gone meanwhile.
    if (response.status !== 404) await readJson(response);
  }
};
