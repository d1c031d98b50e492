import type { WorkloadKind } from '../../../lib/cluster/objects/objects.ts';

/** What there is to say of a kind: three replicas, or the two nodes of either cluster. */
export type Kind = {
  readonly kind: WorkloadKind;
  readonly done: string;
  /** What is said while each of the pods, which come one after another, is held back. */
  readonly steps: readonly string[];
  /** Makes them come one after another. */
  readonly oneByOne: Readonly<Record<string, unknown>>;
};

export const kinds: readonly Kind[] = [
  {
    kind: 'Deployment',
    done: 'deployment "web" successfully rolled out',
    steps: [
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
      'Waiting for deployment "web" rollout to finish: 2 out of 3 new replicas have been updated...',
      'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
    ],
    oneByOne: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
  },
  {
    kind: 'StatefulSet',
    done: 'partitioned roll out complete: 3 new pods have been updated...',
    steps: [
      'Waiting for 1 pods to be ready...',
      'Waiting for 1 pods to be ready...',
      'Waiting for 1 pods to be ready...',
    ],
    oneByOne: {},
  },
  {
    kind: 'DaemonSet',
    done: 'daemon set "web" successfully rolled out',
    steps: [
      'Waiting for daemon set "web" rollout to finish: 1 out of 2 new pods have been updated...',
      'Waiting for daemon set "web" rollout to finish: 1 of 2 updated pods are available...',
    ],
    oneByOne: {},
  },
];

/** Those of all that are asked for. */
export const only = (...wanted: readonly WorkloadKind[]): readonly Kind[] =>
  kinds.filter(({ kind }) => wanted.includes(kind));

export const doneOf = (kind: WorkloadKind): string => kinds.find((one) => one.kind === kind)?.done ?? '';
