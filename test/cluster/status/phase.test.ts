import { expect, test } from 'vitest';
import { phaseOf } from '../../../lib/cluster/status/workload-verdict.ts';
import { workload } from '../support/fixture.ts';

test.each([
  ['Deployment', {}, { observedGeneration: 1 }, 'applied'],
  ['Deployment', {}, {}, 'rolling-out'],
  ['Deployment', { paused: true }, {}, 'paused'],
  ['Deployment', { paused: true }, { observedGeneration: 1 }, 'paused'],
  ['StatefulSet', {}, { observedGeneration: 1 }, 'applied'],
  ['StatefulSet', {}, {}, 'rolling-out'],
  ['DaemonSet', {}, { observedGeneration: 1 }, 'applied'],
  ['DaemonSet', {}, {}, 'rolling-out'],
] as const)('%s with %j and %j is %s', (kind, spec, status, phase) => {
  expect(phaseOf(workload(kind, spec, status))).toBe(phase);
});
