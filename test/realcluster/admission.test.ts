import { describe, expect, test, vi } from 'vitest';
import { causes, inNamespace, kinds, kubectl, kubectlApply, release } from './harness.ts';

describe.concurrent('pods that the API server refuses', () => {
  test('a quota that leaves no room', () =>
    inNamespace(async (fixture) => {
      const { namespace } = fixture;
      await release(fixture, 'Deployment', '1.0.0', { judge: '' });
      const quota =
        "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: full }\nspec: { hard: { pods: '1' } }\n";
      await kubectlApply(namespace, quota);
      await vi.waitFor(
        async () => {
          const used = ['-o', 'jsonpath={.status.used.pods}'];
          expect(await kubectl('get', 'quota', 'full', '-n', namespace, ...used)).toBe('2');
        },
        { timeout: 20_000 },
      );
      const { verdict } = await release(fixture, 'Deployment', '1.0.1', { seconds: 4, judge: '' });
      expect(causes(verdict)).toEqual(['quota', 'timeout']);
      expect(JSON.stringify(verdict)).toContain('exceeded quota: full');
    }));

  test.each(kinds)('%s: a service account that is not there', (kind) =>
    inNamespace(async (fixture) => {
      const pod = { serviceAccountName: 'none-such' };
      const { verdict } = await release(fixture, kind, '1.0.0', { pod, seconds: 4, judge: '' });
      expect(causes(verdict)).toEqual(['missing-reference', 'timeout']);
      expect(JSON.stringify(verdict)).toContain('none-such');
    }),
  );
});
