import { formatSelector, type Workload } from '../objects/objects.ts';

/** The pods of an earlier template, of how many. */
export type OldPods = { readonly old: number; readonly of: number };

/**
 * The pods that run on with an earlier template because the update strategy is `OnDelete`: the controller replaces a pod
 * after somebody has deleted it, and until then nothing happens. Undefined where nobody is waited for: with another strategy,
 * and once the last of them is gone.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#on-delete
 * @param workload that its controller has observed as it stands
 */
export const awaitedDeletion = ({ kind, spec, status = {} }: Workload): OldPods | undefined => {
  if (spec.updateStrategy?.type !== 'OnDelete') return undefined;
  const desired = kind === 'DaemonSet' ? status.desiredNumberScheduled : spec.replicas;
  // Of a workload that is new, pods are missing and not old.
  const present = kind === 'DaemonSet' ? status.currentNumberScheduled : status.replicas;
  const updated = kind === 'DaemonSet' ? status.updatedNumberScheduled : status.updatedReplicas;
  const of = Math.min(desired ?? 1, present ?? desired ?? 1);
  const old = of - (updated ?? 0);
  return old > 0 ? { old, of } : undefined;
};

const templateGeneration = 'deprecated.daemonset.template.generation';

/** Selects the pods that have to be deleted, by the labels that controllers put on pods. */
const oldPodsSelector = ({ kind, spec, status, metadata }: Workload): string => {
  const generation = metadata.annotations?.[templateGeneration];
  const revision = status?.updateRevision;
  const stale =
    kind === 'DaemonSet'
      ? generation && `pod-template-generation!=${generation}`
      : revision && `controller-revision-hash!=${revision}`;
  return [formatSelector(spec.selector), ...(stale ? [stale] : [])].filter((part) => part !== '').join(',');
};

/** What is waited for, and what a person can do about it. */
export const describeAwaitedDeletion = (workload: Workload, { old, of }: OldPods): string => {
  const { name, namespace = 'default' } = workload.metadata;
  const subject = `${workload.kind === 'DaemonSet' ? 'daemon set' : 'statefulset'} "${name}"`;
  return (
    `${subject} waits for a person: ${old} of ${of} pods still run the old template, and its updateStrategy is OnDelete. ` +
    `Delete them (kubectl get pods -n ${namespace} -l '${oldPodsSelector(workload)}' shows them), or set the strategy to RollingUpdate`
  );
};
