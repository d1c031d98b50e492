import { canonical, equal } from '../../json.ts';
import { byAge, isControlledBy, ownerReference, safeHash } from '../../meta.ts';
import { deployments, replicaSets } from '../../resources.ts';
import { matchesSelector } from '../../selectors.ts';
import { ApiError } from '../../status.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../../types.ts';
import { adopt } from '../pods.ts';
import type { Tools } from '../runner.ts';
import { setCondition } from './conditions.ts';
import { newReplicaCount } from './counts.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
const hashLabel = 'pod-template-hash';

/** Annotations of the Deployment that its ReplicaSets do not get. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

export const revisionOf = (set: { metadata: ReplicaSet['metadata'] } | undefined): number =>
  Number(set?.metadata.annotations?.[revisionAnnotation] ?? 0);

/** The ReplicaSets a Deployment controls, oldest first; adopts those that match and have no controller. */
export const ownedSets = ({ context }: Tools, deployment: Deployment): readonly ReplicaSet[] =>
  context.store
    .list<ReplicaSet>(replicaSets, deployment.metadata.namespace)
    .flatMap((set): readonly ReplicaSet[] => {
      if (isControlledBy(set, deployment)) return [set];
      const matches = matchesSelector(deployment.spec.selector, set.metadata.labels);
      return matches ? adopt(context, replicaSets, set, deployment) : [];
    })
    .sort(byAge);

const withoutHash = (template: PodTemplate): PodTemplate => {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
};

export const findNewSet = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  sets.find((set) => equal(withoutHash(set.spec.template), withoutHash(deployment.spec.template)));

/** What the annotations of a ReplicaSet should be, given its Deployment and its revision. */
const annotate = (deployment: Deployment, set: ReplicaSet, revision: number): void => {
  const annotations = { ...set.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!notCopied.has(key)) annotations[key] = value;
  const old = annotations[revisionAnnotation];
  if (Number(old ?? 0) < revision) {
    annotations[revisionAnnotation] = String(revision);
    // A revision that is rolled back to gets a new number and remembers its old ones.
    if (old !== undefined) {
      const history = annotations[historyAnnotation];
      annotations[historyAnnotation] = history === undefined ? old : `${history},${old}`;
    }
  }
  set.metadata.annotations = annotations;
};

/** The size of the Deployment when this ReplicaSet was last scaled, which proportional scaling goes by. */
export const annotateScale = (deployment: Deployment, set: ReplicaSet): void => {
  const desired = deployment.spec.replicas;
  set.metadata.annotations = {
    ...set.metadata.annotations,
    [desiredAnnotation]: String(desired),
    [maxAnnotation]: String(desired + newReplicaCount.maxSurge(deployment)),
  };
};

export const desiredOf = (set: ReplicaSet): number | undefined => {
  const value = set.metadata.annotations?.[desiredAnnotation];
  return value === undefined ? undefined : Number(value);
};

export const maxOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[maxAnnotation] ?? 0);

const setRevision = (
  tools: Tools,
  deployment: Deployment,
  revision: string,
  message: string | undefined,
): void => {
  tools.writes.modify(deployments, deployment, (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, [revisionAnnotation]: revision };
    if (message !== undefined)
      setCondition(draft.status, tools.context.now(), {
        type: 'Progressing',
        status: 'True',
        ...(message.startsWith('Found')
          ? { reason: 'FoundNewReplicaSet', message }
          : { reason: 'NewReplicaSetCreated', message }),
      });
  });
};

/**
 * The ReplicaSet of the current template, with its revision and annotations brought up to date; made where there is none and
 * `create` says so.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/sync.go, getNewReplicaSet
 */
export const newReplicaSet = (
  tools: Tools,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  create: boolean,
): ReplicaSet | undefined => {
  const existing = findNewSet(deployment, sets);
  const old = sets.filter((set) => set !== existing);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const hasProgress = deployment.status.conditions?.some(({ type }) => type === 'Progressing') === true;
  if (existing !== undefined) {
    const updated = tools.writes.modify(replicaSets, existing, (draft) => {
      annotate(deployment, draft, revision);
      if (deployment.spec.minReadySeconds === undefined) delete draft.spec.minReadySeconds;
      else draft.spec.minReadySeconds = deployment.spec.minReadySeconds;
    });
    const name = existing.metadata.name;
    setRevision(
      tools,
      deployment,
      updated?.metadata.annotations?.[revisionAnnotation] ?? String(revision),
      hasProgress ? undefined : `Found new replica set "${name}"`,
    );
    return updated;
  }
  if (!create) return undefined;
  const hash = safeHash(canonical(deployment.spec.template) + (deployment.status.collisionCount ?? ''));
  const labels = { ...deployment.spec.template.metadata?.labels, [hashLabel]: hash };
  const draft = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: newReplicaCount.forNewSet(deployment, sets, 0),
      selector: {
        ...deployment.spec.selector,
        matchLabels: { ...deployment.spec.selector.matchLabels, [hashLabel]: hash },
      },
      template: {
        ...deployment.spec.template,
        metadata: { ...deployment.spec.template.metadata, labels },
      },
      ...(deployment.spec.minReadySeconds === undefined
        ? {}
        : { minReadySeconds: deployment.spec.minReadySeconds }),
    },
  };
  annotate(deployment, draft as unknown as ReplicaSet, revision);
  annotateScale(deployment, draft as unknown as ReplicaSet);
  try {
    const made = tools.writes.create<ReplicaSet>(replicaSets, draft);
    if (made.spec.replicas > 0)
      tools.events(
        deployment,
        'Normal',
        'ScalingReplicaSet',
        `Scaled up replica set ${made.metadata.name} from 0 to ${made.spec.replicas}`,
      );
    setRevision(tools, deployment, String(revision), `Created new replica set "${made.metadata.name}"`);
    return made;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
    // The ReplicaSet of another owner has the name: another hash next time.
    tools.writes.modify(deployments, deployment, (live) => {
      live.status.collisionCount = (live.status.collisionCount ?? 0) + 1;
    });
    return undefined;
  }
};
