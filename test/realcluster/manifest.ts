import { stringify } from 'yaml';
import type { Clock } from '../../lib/clock.ts';
import type { Delivery, WorkloadKind, WorkloadRef } from '../../lib/cluster/deliver/deliver.ts';
import { apiVersionOf } from '../../lib/cluster/objects/objects.ts';
import type { Rollout } from '../../lib/cluster/watch/watch-rollout.ts';

export const appImage = 'docker.io/acme/okeydokey';

export type Kind = WorkloadKind;

export const kinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** A manifest of one workload named `web` that runs `acme/okeydokey:<tag>`. */
export const manifest = (
  kind: Kind,
  tag: string,
  spec: Record<string, unknown> = {},
  pod: Record<string, unknown> = {},
): string =>
  stringify({
    apiVersion: apiVersionOf(kind),
    kind,
    metadata: { name: 'web' },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 2 }),
      ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name: 'web', image: `acme/okeydokey:${tag}`, ports: [{ containerPort: 8080 }] },
            { name: 'proxy', image: 'acme/proxy:7' },
          ],
          ...pod,
        },
      },
      ...spec,
    },
  });

export const refOf = (kind: Kind, namespace: string): WorkloadRef => ({
  apiVersion: apiVersionOf(kind),
  kind,
  namespace,
  name: 'web',
});

export const delivery = (
  namespace: string,
  tag: string,
  text: string,
  mode: Delivery['mode'] = 'apply',
): Delivery => ({
  mode,
  namespace,
  image: appImage,
  tag,
  files: [{ path: 'deployment/web.yml', text }],
  changeCause: `okeydokey ${tag} (test)`,
});

/** A watch of `web` for so many seconds of its clock. */
export const rolloutOf = (
  kind: Kind,
  namespace: string,
  tag: string,
  seconds: number,
  more: Partial<Rollout> & { readonly clock: Clock },
): Rollout => {
  const end = more.clock.now() + seconds * 1000;
  return {
    workloads: [refOf(kind, namespace)],
    image: appImage,
    tag,
    mode: 'apply',
    deadline: end,
    until: end,
    ...more,
  };
};

/** What `kubectl create deployment web --image=acme/okeydokey:1 --dry-run=client -o yaml` prints. */
export const dryRun = `apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: web
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: web
    spec:
      containers:
      - image: acme/okeydokey:1
        name: okeydokey
        resources: {}
status: {}
`;
