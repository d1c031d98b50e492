import { parseAllDocuments, stringify } from 'yaml';
import { exampleFiles } from '../../infra/local/stack/example/example.ts';
import type { WorkloadKind } from '../../lib/cluster/objects/objects.ts';

export const image = 'docker.io/devopswithkubernetes/okeydokey';

type Fields = Readonly<Record<string, unknown>>;

/** What a scenario changes of the example. */
export type Change = {
  readonly kind?: WorkloadKind;
  /** Of the workload's spec. */
  readonly spec?: Fields;
  /** Of its template's metadata. */
  readonly template?: Fields;
  /** Of its template's spec. */
  readonly pod?: Fields;
  /** Of its container. */
  readonly container?: Fields;
};

type Example = {
  readonly metadata: Fields;
  readonly spec: Fields & {
    readonly replicas: number;
    readonly selector: Fields;
    readonly template: {
      readonly metadata: Fields;
      readonly spec: Fields & { readonly containers: readonly Fields[] };
    };
  };
};

const example = parseAllDocuments(exampleFiles()['deployment/deployment.yml'] ?? '')[0]?.toJS() as Example;

/** Fields of a Deployment's spec that a StatefulSet and a DaemonSet share. */
const specOf = (kind: WorkloadKind): Fields => {
  const { template: _, replicas, selector, minReadySeconds, ...rest } = example.spec;
  if (kind === 'Deployment') return { replicas, selector, minReadySeconds, ...rest };
  if (kind === 'Rollout') return { replicas, selector, strategy: { canary: {} } };
  if (kind === 'StatefulSet') return { serviceName: 'okeydokey', replicas, selector };
  return { selector };
};

export const apiVersionOf = (kind: WorkloadKind): string =>
  kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1';

/** deployment/deployment.yml of the example config repo with another tag and a scenario's changes. */
export const manifest = (tag: string, change: Change = {}): string => {
  const { kind = 'Deployment', spec, template, pod, container } = change;
  const { metadata, spec: podSpec } = example.spec.template;
  return stringify({
    apiVersion: apiVersionOf(kind),
    kind,
    metadata: example.metadata,
    spec: {
      ...specOf(kind),
      ...spec,
      template: {
        metadata: { ...metadata, ...template },
        spec: {
          ...podSpec,
          terminationGracePeriodSeconds: 1,
          containers: podSpec.containers.map((one) => ({
            ...one,
            image: `devopswithkubernetes/okeydokey:${tag}`,
            ...container,
          })),
          ...pod,
        },
      },
    },
  });
};
