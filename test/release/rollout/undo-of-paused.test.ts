import { describe, expect, it } from 'vitest';
import type { RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import { createHarness, rollingOut } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';

const { progress } = rollingOut as Extract<RolloutVerdict, { type: 'pending' }>;
const pausedByCluster: RolloutVerdict = { type: 'pending', progress: { ...progress, phase: 'paused' } };

const deploymentWith = (spec: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  ${spec}
  template:
    spec:
      containers: [{ name: x, image: 'example/app:v1.0.0' }]
`;

/** v1.2.0 waits paused in the cluster, and is undone; what was resumed for that. */
const resumedBy = async (environment: Partial<EnvironmentConfig>, text?: string) => {
  const harness = createHarness(environment, text);
  const resumed: string[] = [];
  harness.context.setPaused = async (_cluster, refs) => {
    resumed.push(...refs.map(({ kind, name }) => `${kind} ${name}`));
    return refs.map((ref) => ({ ref, changed: true }));
  };
  await harness.hook(hooks.dockerhub('v1.1.0'));
  harness.verdicts.set('v1.2.0', pausedByCluster);
  await harness.hook(hooks.dockerhub('v1.2.0'));
  await harness.pass(60_000);
  await harness.say({ type: 'undo', app: 'app', environment: 'production' });
  await harness.pass(60_000);
  expect((await harness.history())[0]).toBe('#3 undo v1.1.0 healthy');
  return resumed;
};

describe('the undo of what waits paused resumes', () => {
  it.each(['apply', 'set-image'] as const)('what %s has given the old image', async (deliver) => {
    expect(await resumedBy({ deliver })).toEqual(['Deployment app']);
    expect(await resumedBy({ deliver }, deploymentWith('paused: false'))).toEqual(['Deployment app']);
  });

  it.each(['apply', 'set-image'] as const)('nothing that the manifest itself pauses: %s', async (deliver) => {
    expect(await resumedBy({ deliver }, deploymentWith('paused: true'))).toEqual([]);
  });

  it('nothing where an agent brings the old image: it may not have done so yet', async () => {
    expect(await resumedBy({ deliver: 'agent' })).toEqual([]);
  });
});
