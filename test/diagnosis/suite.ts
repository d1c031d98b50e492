import { afterAll, describe, expect, it } from 'vitest';
import { type Target, withFixture } from './fixture.ts';
import { blockOf, collect, isWriting, writePage } from './page.ts';
import { normalise, renderVerdict } from './render.ts';
import type { ClusterName } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** Provokes every cause that a cluster can show, and compares its diagnosis with the page's. */
export const describeScenarios = (
  cluster: ClusterName,
  onCluster: <T>(run: (target: Target) => Promise<T>) => Promise<T>,
  /** How often it is tried again: others may keep a cluster busy, so that it looks at a container just when it runs again. */
  retry = 0,
): void => {
  const collected = new Map<string, string>();
  const provoked = scenarios.filter(({ on }) => on.includes(cluster));

  describe.concurrent(`diagnoses on ${cluster}`, () => {
    afterAll(() => {
      if (isWriting) writePage(collected);
    });

    it.for(provoked)('$name', { retry }, async (scenario, { signal }) => {
      const [verdict, namespace] = await onCluster((target) =>
        withFixture(
          target,
          scenario,
          async (fixture) => [await scenario.run(fixture), fixture.namespace] as const,
          signal,
        ),
      );

      const rendered = normalise(renderVerdict(verdict), namespace);
      if (isWriting) collect(collected, scenario, cluster, rendered);
      else expect(rendered).toBe(blockOf(scenario, cluster));
      const causes = verdict.type === 'failed' ? verdict.diagnosis.map(({ cause }) => cause) : [];
      expect(causes, rendered).toEqual(scenario.causes);
    });
  });
};
