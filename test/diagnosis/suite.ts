import { afterAll, describe, expect, it } from 'vitest';
import { blockOf, collect, isWriting, writePage } from './page.ts';
import { normalise, renderVerdict } from './render.ts';
import type { ClusterName } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { onStage, type Theatre } from './stage.ts';

/** Provokes every cause that a cluster can show, and compares its diagnosis with the page's. */
export const describeScenarios = (cluster: ClusterName, theatre: () => Theatre): void => {
  const collected = new Map<string, string>();
  const provoked = scenarios.filter(({ on }) => on.includes(cluster));

  describe.concurrent(`diagnoses on ${cluster}`, () => {
    afterAll(() => {
      if (isWriting) writePage(collected);
    });

    // A machine that is busy may look at a container just when it runs again.
    it.each(provoked)('$name', { retry: 2 }, async (scenario) => {
      const [verdict, namespace] = await onStage(
        theatre(),
        scenario,
        async (stage) => [await scenario.play(stage), stage.namespace] as const,
        AbortSignal.timeout(100_000),
      );

      const rendered = normalise(renderVerdict(verdict), namespace);
      if (isWriting) collect(collected, scenario, cluster, rendered);
      else expect(rendered).toBe(blockOf(scenario, cluster));
      const causes = verdict.type === 'failed' ? verdict.diagnosis.map(({ cause }) => cause) : [];
      expect(causes, rendered).toEqual(scenario.causes);
    });
  });
};
