import { describe, expect, test } from 'vitest';
import type { Workload } from '../../../lib/cluster/objects/objects.ts';
import { rolloutCounts, rolloutStatus } from '../../../lib/cluster/status/rollout-status.ts';
import { phaseOf } from '../../../lib/cluster/status/workload-verdict.ts';
import type { RolloutPhase } from '../../../lib/view/release.ts';
import type { Rule } from '../support/status-rules.ts';

type Case = Rule & {
  /** Generation of the Deployment that holds the template. */
  readonly referred?: number;
  readonly phase?: RolloutPhase;
};

const rollout = ({ generation = 2, referred, spec = {}, status }: Case): Workload => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'web', namespace: 'shop', generation },
  spec: { replicas: 3, selector: {}, template: { spec: { containers: [] } }, ...spec },
  ...(referred === undefined ? {} : { referredGeneration: referred }),
  ...(status === undefined ? {} : { status }),
});

const seen = { observedGeneration: '2' };
const full = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const promoted = { currentPodHash: 'b', stableRS: 'b' };
const halfway = { currentPodHash: 'b', stableRS: 'a' };
const notObserved = 'Waiting for rollout "web": Progressing - waiting for rollout spec update to be observed';
const promote = 'kubectl argo rollouts promote web -n shop';

/** What the controller says itself, since 1.0. */
const told: readonly Case[] = [
  { name: 'no status at all', type: 'waiting', message: notObserved, phase: 'applied' },
  {
    name: 'generation not observed yet, and still Healthy of the one before',
    status: { observedGeneration: '1', phase: 'Healthy' },
    type: 'waiting',
    message: notObserved,
    phase: 'applied',
  },
  {
    name: 'generation not observed yet, and still Degraded of the one before',
    status: { observedGeneration: '1', phase: 'Degraded', message: 'RolloutAborted: no' },
    type: 'waiting',
    message: notObserved,
    phase: 'applied',
  },
  {
    name: 'a hash in place of the generation, as before 0.10',
    status: { observedGeneration: '5d8f7c', phase: 'Healthy' },
    type: 'done',
    message: 'rollout "web" is Healthy',
  },
  {
    name: 'a hash that happens to be a number',
    status: { observedGeneration: '12345', phase: 'Healthy' },
    type: 'done',
    message: 'rollout "web" is Healthy',
  },
  {
    name: 'the Deployment that holds the template not observed yet',
    referred: 7,
    status: { ...seen, workloadObservedGeneration: '6', phase: 'Healthy' },
    type: 'waiting',
    message: `${notObserved} for the reference workload`,
    phase: 'applied',
  },
  {
    name: 'the Deployment that holds the template observed',
    referred: 7,
    status: { ...seen, workloadObservedGeneration: '7', phase: 'Healthy' },
    type: 'done',
    message: 'rollout "web" is Healthy',
  },
  {
    name: 'the Deployment that holds the template, before 1.1',
    referred: 7,
    status: { ...seen, phase: 'Healthy' },
    type: 'done',
    message: 'rollout "web" is Healthy',
  },
  {
    name: 'Progressing',
    status: { ...seen, phase: 'Progressing', message: 'more replicas need to be updated' },
    type: 'waiting',
    message: 'Waiting for rollout "web": Progressing - more replicas need to be updated',
    phase: 'rolling-out',
  },
  {
    name: 'Progressing without words',
    status: { ...seen, phase: 'Progressing' },
    type: 'waiting',
    message: 'Waiting for rollout "web": Progressing',
  },
  {
    name: 'a phase that is not known here',
    status: { ...seen, phase: 'Reticulating' },
    type: 'waiting',
    message: 'Waiting for rollout "web": Progressing - Reticulating',
  },
  {
    name: 'Paused at a step of the canary',
    spec: { strategy: { canary: { steps: [{}, { pause: {} }] } } },
    status: { ...seen, phase: 'Paused', message: 'CanaryPauseStep', currentStepIndex: 1 },
    type: 'waiting',
    message: `rollout "web" is paused (CanaryPauseStep): a step of the canary waits for promotion: ${promote}`,
    phase: 'paused',
  },
  {
    name: 'Paused at a step of the canary that lasts a while',
    spec: { strategy: { canary: { steps: [{ pause: { duration: 10 } }] } } },
    status: { ...seen, phase: 'Paused', message: 'CanaryPauseStep', currentStepIndex: 0 },
    type: 'waiting',
    message: `rollout "web" is paused (CanaryPauseStep): a step of the canary lasts 10s; to go on at once: ${promote}`,
    phase: 'paused',
  },
  {
    name: 'Paused at a step of the canary that lasts an hour',
    spec: { strategy: { canary: { steps: [{ pause: { duration: '1h' } }] } } },
    status: { ...seen, phase: 'Paused', message: 'CanaryPauseStep', currentStepIndex: 0 },
    type: 'waiting',
    message: `rollout "web" is paused (CanaryPauseStep): a step of the canary lasts 1h; to go on at once: ${promote}`,
  },
  {
    name: 'Paused before a blue-green cutover',
    status: { ...seen, phase: 'Paused', message: 'BlueGreenPause' },
    type: 'waiting',
    message: `rollout "web" is paused (BlueGreenPause): the new version waits for promotion: ${promote}`,
    phase: 'paused',
  },
  {
    name: 'Paused by an inconclusive analysis',
    status: { ...seen, phase: 'Paused', message: 'InconclusiveAnalysisRun' },
    type: 'waiting',
    message: `rollout "web" is paused (InconclusiveAnalysisRun): an analysis was inconclusive, and somebody has to decide: ${promote}, or abort it`,
    phase: 'paused',
  },
  {
    name: 'Paused by hand',
    spec: { paused: true },
    status: { ...seen, phase: 'Paused', message: 'manually paused' },
    type: 'waiting',
    message: `rollout "web" is paused (manually paused): to resume it: ${promote}`,
    phase: 'paused',
  },
  {
    name: 'promoted, and the controller has yet to go on',
    status: { ...seen, phase: 'Paused', controllerPause: true, pauseConditions: null },
    type: 'waiting',
    message: 'Waiting for rollout "web": Progressing - waiting for rollout to unpause',
    phase: 'rolling-out',
  },
  {
    name: 'Degraded by an analysis',
    status: {
      ...seen,
      phase: 'Degraded',
      abort: true,
      message:
        'RolloutAborted: Rollout aborted update to revision 2: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
    },
    type: 'failed',
    message:
      'rollout "web" is Degraded - RolloutAborted: Rollout aborted update to revision 2: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
  },
  {
    name: 'Degraded by its deadline',
    status: {
      ...seen,
      phase: 'Degraded',
      message: 'ProgressDeadlineExceeded: ReplicaSet "web-b" has timed out progressing.',
    },
    type: 'failed',
    message:
      'rollout "web" is Degraded - ProgressDeadlineExceeded: ReplicaSet "web-b" has timed out progressing.',
  },
  {
    name: 'Healthy',
    status: { ...seen, ...full, ...promoted, phase: 'Healthy' },
    type: 'done',
    message: 'rollout "web" is Healthy',
  },
];

const condition = (type: string, reason: string) => [{ type, status: 'True', reason, message: 'words' }];
const canary = { strategy: { canary: {} } };
const blueGreen = { strategy: { blueGreen: {} } };

/** What is worked out where the controller, before 1.0, does not say it. */
const calculated: readonly Case[] = [
  ['an invalid spec', {}, { conditions: condition('InvalidSpec', 'InvalidSpec') }, 'failed', 'InvalidSpec'],
  ['aborted', {}, { conditions: condition('Progressing', 'RolloutAborted') }, 'failed', 'RolloutAborted'],
  [
    'timed out',
    {},
    { conditions: condition('Progressing', 'ProgressDeadlineExceeded') },
    'failed',
    'ProgressDeadlineExceeded',
  ],
  ['paused by hand', { paused: true }, {}, 'waiting', 'manually paused'],
  [
    'paused by itself',
    canary,
    { pauseConditions: [{ reason: 'CanaryPauseStep' }] },
    'waiting',
    'CanaryPauseStep',
  ],
  [
    'restarting',
    { restartAt: '2026-11-23T10:00:00Z' },
    { restartedAt: '2026-11-22T10:00:00Z' },
    'waiting',
    'rollout is restarting',
  ],
  ['too few updated', canary, { updatedReplicas: 2 }, 'waiting', 'more replicas need to be updated'],
  [
    'not all available',
    canary,
    { ...full, availableReplicas: 2 },
    'waiting',
    'updated replicas are still becoming available',
  ],
  ['not cut over', blueGreen, { ...full, ...halfway }, 'waiting', 'active service cutover pending'],
  [
    'cut over and not promoted',
    blueGreen,
    { ...full, ...halfway, blueGreen: { activeSelector: 'b' } },
    'waiting',
    'waiting for post-promotion verification to complete',
  ],
  [
    'old ones still there',
    canary,
    { ...full, ...promoted, replicas: 4 },
    'waiting',
    'old replicas are pending termination',
  ],
  [
    'old ones kept by traffic routing, steps left',
    { strategy: { canary: { trafficRouting: {} } } },
    { ...full, ...halfway, replicas: 4 },
    'waiting',
    'waiting for all steps to complete',
  ],
  [
    'never promoted',
    canary,
    { ...full, currentPodHash: 'b' },
    'waiting',
    'waiting for all steps to complete',
  ],
  ['canary done', canary, { ...full, ...promoted }, 'done', 'Healthy'],
  [
    'blue-green done',
    blueGreen,
    { ...full, ...promoted, blueGreen: { activeSelector: 'b' } },
    'done',
    'Healthy',
  ],
].map(
  ([name, spec, status, type, message]) =>
    ({ name, spec, status: { ...seen, ...(status as object) }, type, message }) as Case,
);

describe('status of an Argo Rollout', () => {
  test.each(told)('told: $name', (example) => {
    const object = rollout(example);
    expect(rolloutStatus(object)).toEqual({ type: example.type, message: example.message });
    if (example.phase !== undefined) expect(phaseOf(object)).toBe(example.phase);
  });

  test.each(calculated)('calculated: $name', (example) => {
    const { type, message } = rolloutStatus(rollout(example));
    expect(type).toBe(example.type);
    expect(message).toContain(example.message);
  });

  test('the numbers behind it', () => {
    const object = rollout({
      name: '',
      type: 'done',
      message: '',
      status: { updatedReplicas: 1, availableReplicas: 3 },
    });
    expect(rolloutCounts(object)).toEqual({ updated: 1, available: 3, desired: 3 });
  });
});
