import { describe, expect, it } from 'vitest';
import type { Interruption } from '../cluster.ts';
import { report } from '../disagreements.ts';
import { expectAgreement, type Harness } from './harness.ts';
import { kinds } from './kinds.ts';

/** Watches that break at every step; for a cluster with something in front of it that breaks them. */
export const interruptedScenarios = (
  { inComparison }: Harness,
  of = kinds,
  interruptions: readonly Interruption[] = ['closed', 'gone'],
): void => {
  describe.each(of)('$kind', ({ kind, done, steps, oneByOne }) => {
    it.each(interruptions)('watches that are broken at every step: %s', (how) =>
      inComparison(kind, async ({ cluster, namespace, settle, release }) => {
        await settle('1', { spec: oneByOne });

        const outcome = await release('2', {
          spec: oneByOne,
          ready: 'step',
          onStep: () => cluster.interrupt?.(namespace, how),
        });

        expectAgreement(outcome, 'interrupted');
        expect(outcome.steps, report(outcome)).toEqual(steps);
        expect(outcome.poller.watched).toMatchObject({ type: 'healthy', message: done });
      }),
    );
  });
};
