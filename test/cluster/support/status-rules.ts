import { describe, expect, test } from 'vitest';
import type { Workload, WorkloadKind } from '../../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../../lib/cluster/status/rollout-status.ts';

/** A rule of the status: what the server has, and what is to be said of it. */
export type Rule = {
  readonly name: string;
  readonly generation?: number;
  readonly spec?: Partial<Workload['spec']>;
  readonly status?: Workload['status'];
  readonly type: 'done' | 'waiting' | 'failed';
  readonly message: string;
};

export const workloadOf = (
  kind: WorkloadKind,
  { generation = 2, spec = {}, status }: Partial<Rule>,
): Workload => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', generation },
  spec: { selector: {}, template: { spec: { containers: [] } }, ...spec },
  ...(status === undefined ? {} : { status }),
});

/** The second generation was observed. */
export const seen = { observedGeneration: 2 };

export const describeRules = (kind: WorkloadKind, rules: readonly Rule[]): void => {
  describe(`status of a ${kind}`, () => {
    test.each(rules)('$name', (rule) => {
      expect(rolloutStatus(workloadOf(kind, rule))).toEqual({ type: rule.type, message: rule.message });
    });
  });
};
