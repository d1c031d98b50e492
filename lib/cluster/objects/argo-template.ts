import type { Workload, WorkloadRef } from './objects.ts';

const nothing: Workload['spec']['template'] = { spec: { containers: [] } };

/**
 * The Deployment that a Rollout has its pod template from, where it has none of its own (`spec.workloadRef`). Argo takes
 * ReplicaSets and PodTemplates too, which are no targets of a release; such a Rollout carries no image here.
 * https://argo-rollouts.readthedocs.io/en/stable/migrating/#reference-deployment-from-rollout
 */
export const templateHolder = (rollout: Workload, namespace: string): WorkloadRef | undefined => {
  const { workloadRef } = rollout.spec;
  return workloadRef?.kind === 'Deployment'
    ? { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: workloadRef.name }
    : undefined;
};

/**
 * The Rollout with the template, and where it names none the selector, of the Deployment that it refers to; as it is
 * where it refers to none.
 * https://github.com/argoproj/argo-rollouts/blob/master/rollout/templateref.go
 */
export const withTemplateOf = (rollout: Workload, holder: Workload | undefined): Workload => {
  const { spec } = rollout;
  if (spec.workloadRef === undefined) return rollout;
  const { generation } = holder?.metadata ?? {};
  return {
    ...rollout,
    // Of a Rollout that refers to a template, both may be absent from what the server sends.
    spec: {
      ...spec,
      selector: spec.selector ?? holder?.spec.selector ?? {},
      template: holder?.spec.template ?? nothing,
    },
    ...(generation === undefined ? {} : { referredGeneration: generation }),
  };
};
