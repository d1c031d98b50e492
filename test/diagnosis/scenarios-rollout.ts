import { workloadPath } from './fixture.ts';
import { releaseOf, type Scenario } from './scenario.ts';

const reasonOf = (
  statuses: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[] = [],
) => statuses[0]?.state?.waiting?.reason;

/** @param spec of the Job, besides its template */
const migrationOf = (tag: string, spec: string, metadata = '{}'): string => `apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  ${spec}
  template:
    metadata: ${metadata}
    spec:
      restartPolicy: Never
      containers: [{ name: migrate, image: "devopswithkubernetes/okeydokey:${tag}" }]
`;
const migration = migrationOf('v0.0.3', 'backoffLimit: 0');

/** Of the rollout itself. */
export const rollouts: readonly Scenario[] = [
  {
    name: 'terminating',
    title: 'Terminating past its grace period',
    means:
      'An old pod does not go, and a StatefulSet makes no new one of that name before it has: here a finalizer holds it.',
    causes: ['terminating', 'timeout'],
    on: ['embedded', 'lab'],
    run: async (fixture) => {
      const template = { labels: { app: 'okeydokey' }, finalizers: ['example.com/drain'] };
      await fixture.start('v0.0.3', { kind: 'StatefulSet', template });
      return await releaseOf('v0.0.4', { kind: 'StatefulSet', template })(fixture);
    },
  },
  {
    name: 'paused',
    title: 'Paused',
    means:
      'The Deployment is paused. The timeout of a release does not count then; the one of this scenario does.',
    causes: ['paused', 'timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4', { after: 'v0.0.3', spec: { paused: true } }),
  },
  {
    name: 'progress-deadline',
    title: 'Progress deadline exceeded',
    means:
      'The Deployment’s own deadline passed before the release’s timeout: what `kubectl rollout status` calls failed.',
    causes: ['not-ready', 'progress-deadline'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4-notready', {
      after: 'v0.0.3',
      spec: { progressDeadlineSeconds: 5 },
    }),
  },
  {
    name: 'timeout',
    title: 'Timeout',
    means: 'Nothing is wrong with the pods; the release is given less time than minReadySeconds takes.',
    causes: ['timeout'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.4', { after: 'v0.0.3', spec: { minReadySeconds: 500 } }),
  },
  {
    name: 'deleted',
    title: 'Workload deleted',
    means: 'The workload is deleted while it is watched.',
    causes: ['workload-missing'],
    on: ['embedded', 'lab'],
    run: async (fixture) => {
      await fixture.start('v0.0.3');
      await fixture.deliver('v0.0.4-notready');
      const watching = fixture.watch('v0.0.4-notready');
      await fixture.until(async () =>
        (await fixture.pods()).some(({ spec }) => spec.containers[0]?.image?.includes('notready') === true),
      );
      await fixture.remove(workloadPath());
      return await watching;
    },
  },
  {
    name: 'job-failed',
    title: 'Job failed',
    means:
      'A migration fails as often as its `backoffLimit` allows. Where it is marked to go first, nothing else of the release has been delivered.',
    causes: ['job-failed', 'job-failed'],
    on: ['embedded'],
    run: releaseOf('v0.0.4-crash', { job: migrationOf('v0.0.4-crash', 'backoffLimit: 1') }),
  },
  {
    name: 'job-deadline',
    title: 'Job not done in its time',
    means: 'A migration is not complete within its own `activeDeadlineSeconds`.',
    causes: ['job-deadline'],
    on: ['embedded'],
    run: releaseOf('v0.0.4', {
      job: migrationOf(
        'v0.0.4',
        'activeDeadlineSeconds: 5',
        "{ annotations: { tagboat.dev/ready-after-ms: '60000' } }",
      ),
    }),
  },
  {
    name: 'stateful-set-stuck',
    title: 'StatefulSet stuck on an old broken pod',
    means:
      'v0.0.5 would be fine, but the controller first waits for the broken pod of v0.0.4. Tagboat deletes such a pod itself where it delivers itself; here an in-cluster agent does, so it only says so.',
    causes: ['image-pull'],
    on: ['embedded', 'lab'],
    run: async (fixture) => {
      const kind = 'StatefulSet';
      await fixture.start('v0.0.3', { kind });
      await fixture.deliver('v0.0.4-bad', { kind });
      await fixture.until(async () =>
        (await fixture.pods()).some(
          ({ status }) => reasonOf(status?.containerStatuses) === 'ImagePullBackOff',
        ),
      );
      await fixture.deliver('v0.0.5', { kind });
      return await fixture.watch('v0.0.5', 'agent');
    },
  },
  {
    name: 'daemon-set',
    title: 'DaemonSet',
    means:
      'The same causes, here on every node at once; a DaemonSet has no progress deadline, and kubectl would wait for ever.',
    causes: ['image-pull'],
    on: ['embedded', 'lab'],
    run: releaseOf('v0.0.3-bad', { kind: 'DaemonSet' }),
  },
  {
    name: 'agent-waiting',
    title: 'The in-cluster agent has not acted',
    means: 'Argo CD or Flux is to apply the commit, and has not done so within the timeout.',
    causes: ['agent-waiting'],
    on: ['embedded', 'lab'],
    run: async (fixture) => {
      await fixture.start('v0.0.3');
      return await fixture.watch('v0.0.4', 'agent');
    },
  },
  {
    name: 'other-image',
    title: 'A pod runs another image',
    means: 'By its counts the rollout is done, but one pod was given the image of before by hand.',
    causes: ['other-image', 'timeout'],
    on: ['embedded', 'lab'],
    run: async (fixture) => {
      await fixture.start('v0.0.4');
      const [pod] = await fixture.pods();
      const old = { name: 'okeydokey', image: 'devopswithkubernetes/okeydokey:v0.0.3' };
      await fixture.patch(`pods/${pod?.metadata.name}`, { spec: { containers: [old] } });
      await fixture.until(async () =>
        (await fixture.pods()).some(
          ({ status }) =>
            status?.containerStatuses?.some(({ image, ready }) => ready && image?.endsWith('v0.0.3')) ===
            true,
        ),
      );
      return await fixture.watch('v0.0.4');
    },
  },
  {
    name: 'not-set',
    title: 'A workload cannot be given the image',
    means:
      'With `deliver: set-image`, a Job stands in the file beside the Deployment: all that can be set has been, and is healthy.',
    causes: ['not-set'],
    on: ['embedded'],
    run: async (fixture) => {
      await fixture.start('v0.0.3', { beside: migration });
      await fixture.start('v0.0.4');
      const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'migrate', plural: 'jobs' };
      return await fixture.watch('v0.0.4', 'set-image', [job]);
    },
  },
  {
    name: 'argo-degraded',
    title: 'Argo Rollouts has given the rollout up',
    means:
      'An analysis failed, or the Rollout’s own deadline passed. Neither cluster runs the controller of Argo Rollouts: its word is set by hand.',
    causes: ['rollout-degraded'],
    on: ['embedded'],
    run: async (fixture) => {
      await fixture.deliver('v0.0.4', { kind: 'Rollout' });
      const message =
        'RolloutAborted: Rollout aborted update to revision 2: Metric "success-rate" assessed Failed due to failed (1) > failureLimit (0)';
      await fixture.patch('rollouts/okeydokey/status', {
        status: { observedGeneration: '1', phase: 'Degraded', abort: true, message },
      });
      return await fixture.watch('v0.0.4');
    },
  },
];
