import type { Clock } from '../../lib/clock.ts';
import { type Cluster, connect } from '../../lib/cluster/connect/connect.ts';
import { type Delivery, deliver, type WorkloadRef } from '../../lib/cluster/deliver/deliver.ts';
import type { DiagnosisCause } from '../../lib/cluster/diagnose/finding.ts';
import type { Pod, WorkloadKind } from '../../lib/cluster/objects/objects.ts';
import { type RolloutVerdict, watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import { apiVersionOf, type Change, image, manifest } from './manifest.ts';

type Fields = Readonly<Record<string, unknown>>;

export type ReleaseOptions = Change & {
  /** Further documents that are delivered along with the workload. */
  readonly beside?: string;
  /** A manifest of the Job `migrate`, which is delivered in place of the workload: it goes first. */
  readonly job?: string;
};

/** A workload beside the example's, in its namespace. */
export type Beside = Omit<WorkloadRef, 'namespace'>;

/** A namespace of a cluster, and what a scenario does in it. */
export type Fixture = {
  readonly namespace: string;
  /** Delivers the example with a tag and changes, as a release does. */
  deliver(tag: string, options?: ReleaseOptions): Promise<void>;
  /** Watches that tag until there is a verdict. @param also further workloads */
  watch(tag: string, mode?: Delivery['mode'], also?: readonly Beside[]): Promise<RolloutVerdict>;
  /** Delivers and watches until it is healthy. */
  start(tag: string, options?: ReleaseOptions): Promise<void>;
  /** @param path within the namespace: `pods/web-1` */
  get<T>(path: string): Promise<T>;
  pods(): Promise<readonly Pod[]>;
  remove(path: string): Promise<void>;
  /** A merge patch, strategic where the kind is Kubernetes' own. */
  patch(path: string, body: Fields): Promise<void>;
  until(isMet: () => Promise<boolean>): Promise<void>;
};

/** Seconds of a watch's clock that no test lives to see. */
const never = 10_000;

const fixtureIn = (
  cluster: Cluster,
  namespace: string,
  { clock: startClock, timeoutSeconds }: Pick<Target, 'clock' | 'timeoutSeconds'>,
  signal: AbortSignal,
): Fixture => {
  let ref: WorkloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'okeydokey' };
  const at = (path: string): string => {
    const [plural = ''] = path.split('/');
    const api =
      plural === 'rollouts'
        ? '/apis/argoproj.io/v1alpha1'
        : /^(?:deployments|statefulsets|daemonsets)$/.test(plural)
          ? '/apis/apps/v1'
          : '/api/v1';
    return `${api}/namespaces/${namespace}/${path}`;
  };
  const get = async <T>(path: string): Promise<T> =>
    (await cluster.api.json({ method: 'GET', path: at(path), what: `read ${path}`, signal })) as T;

  const deliverIt: Fixture['deliver'] = async (tag, options = {}) => {
    const { beside, job, ...change } = options;
    const { kind = 'Deployment' } = change;
    ref =
      job === undefined
        ? { ...ref, kind, apiVersion: apiVersionOf(kind) }
        : { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespace, name: 'migrate' };
    await deliver(cluster, {
      ...{ mode: 'apply', namespace, image, tag, changeCause: `okeydokey ${tag} (test)` },
      kinds: ['ResourceQuota', 'LimitRange'],
      files: [
        ...(beside === undefined ? [] : [{ path: 'deployment/beside.yml', text: beside }]),
        job === undefined
          ? { path: 'deployment/deployment.yml', text: manifest(tag, change) }
          : { path: 'deployment/migrate.yml', text: job },
      ],
    });
  };
  const watch = (
    tag: string,
    mode: Delivery['mode'],
    seconds: number,
    also: readonly Beside[] = [],
  ): Promise<RolloutVerdict> => {
    // A new one each time: the times that the cluster writes are ours.
    const clock = startClock();
    const deadline = clock.now() + seconds * 1_000;
    return watchRollout(cluster, {
      ...{
        workloads: [ref, ...also.map((one) => ({ ...one, namespace }))],
        image,
        tag,
        mode,
        clock,
        deadline,
        until: deadline,
        signal,
      },
    });
  };
  return {
    namespace,
    deliver: deliverIt,
    watch: (tag, mode = 'apply', also = []) => watch(tag, mode, timeoutSeconds, also),
    start: async (tag, options) => {
      await deliverIt(tag, options);
      const verdict = await watch(tag, 'apply', never);
      if (verdict.type !== 'healthy') throw new Error(`${tag} is ${JSON.stringify(verdict)}`);
    },
    get,
    pods: async () => (await get<{ readonly items: readonly Pod[] }>('pods')).items,
    remove: async (path) => {
      await cluster.api.json({ method: 'DELETE', path: at(path), what: `delete ${path}`, signal });
    },
    patch: async (path, value) => {
      const type = path.startsWith('rollouts/')
        ? 'application/merge-patch+json'
        : 'application/strategic-merge-patch+json';
      const body = { type, value } as const;
      await cluster.api.json({ method: 'PATCH', path: at(path), body, what: `patch ${path}`, signal });
    },
    until: async (isMet) => {
      while (!(await isMet())) await startClock().sleep(200, signal);
    },
  };
};

/** The cluster that is diagnosed. */
export type Target = {
  readonly kubeconfig: string;
  /** A watch's clock, from now on: faster than ours, so that no test waits for as long as a person would. */
  readonly clock: () => Clock;
  /** Of that clock: a release has failed then where nothing tells sooner. */
  readonly timeoutSeconds: number;
};

/** What is found out no sooner than at the deadline. */
const late: readonly DiagnosisCause[] = ['timeout', 'agent-waiting'];

let fixtures = 0;

/** What the namespace of a scenario is labelled with, and what is to be found out in it, in order. */
export type Expectation = {
  readonly labels?: Readonly<Record<string, string>>;
  readonly causes: readonly DiagnosisCause[];
};

/** Makes a namespace, runs a scenario in it, and deletes it again. */
export const withFixture = async <T>(
  { kubeconfig, clock, timeoutSeconds }: Target,
  { labels, causes }: Expectation,
  run: (fixture: Fixture) => Promise<T>,
  signal: AbortSignal,
): Promise<T> => {
  const cluster = connect({ kubeconfig });
  fixtures += 1;
  // The server may be one that others use as well.
  const namespace = `diagnosis-${process.pid}-${fixtures}`;
  const path = '/api/v1/namespaces';
  const value = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: labels ?? {} } };
  const body = { type: 'application/json', value } as const;
  await cluster.api.json({ method: 'POST', path, body, what: 'create a namespace' });
  const fixture = fixtureIn(
    cluster,
    namespace,
    { clock, timeoutSeconds: late.some((cause) => causes.includes(cause)) ? timeoutSeconds : never },
    signal,
  );
  try {
    return await run(fixture);
  } finally {
    await cluster.api
      .json({ method: 'DELETE', path: `${path}/${namespace}`, what: 'delete the namespace' })
      .catch(() => undefined);
    // What a finalizer holds would hold the namespace for ever. From now on no pod is made in it any more.
    for (const { metadata } of await fixture.pods().catch(() => []))
      await fixture.patch(`pods/${metadata.name}`, { metadata: { finalizers: null } }).catch(() => undefined);
    cluster.close();
  }
};

/** `deployments/okeydokey` */
export const workloadPath = (kind: WorkloadKind = 'Deployment'): string => `${kind.toLowerCase()}s/okeydokey`;
