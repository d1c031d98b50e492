import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workload } from '../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status/rollout-status.ts';
import { hasKubectl, unlessInstalled } from './kubectl.ts';
import { messageOf, rules, sample } from './made-up.ts';
import { startScriptedApi } from './scripted-api.ts';

/** How many made-up states of each kind in which one waits: one kubectl reads all of them. */
const made = 500;

describe.skipIf(!hasKubectl)(`kubectl’s rules and ours${unlessInstalled}`, () => {
  let scripted: Awaited<ReturnType<typeof startScriptedApi>>;
  beforeAll(async () => {
    scripted = await startScriptedApi();
  });
  afterAll(async () => {
    await scripted.close();
  });

  // Of more states in which one is done: rules.exhaustive.test.ts.
  describe.each(rules)('$kind', ({ kind, waiting, done }) => {
    it.each(done.map((words) => ({ words })))(
      'wait alike, word for word, in every state that may come, and are done alike: $words',
      async ({ words }) => {
        const end = sample(kind, 'done', 50).find((version) => words.test(messageOf(version)));
        // Without one, kubectl would wait for ever.
        if (end === undefined) throw new Error(`no made-up ${kind} is done in the words ${words}`);
        const versions = [...sample(kind, 'waiting', made), end];

        const { code, lines } = await scripted.run(kind, versions);

        expect(lines).toEqual(versions.map(messageOf));
        expect(code).toBe(0);
        for (const rule of [...waiting, words]) expect(lines).toContainEqual(expect.stringMatching(rule));
      },
    );
  });

  it('fail alike', async () => {
    const [waits, failed] = [sample('Deployment', 'waiting', 1), sample('Deployment', 'failed', 1)];

    const { code, lines, error } = await scripted.run('Deployment', [...waits, ...failed]);

    expect(lines).toEqual(waits.map(messageOf));
    expect({ code, error }).toEqual({
      code: 1,
      error: 'error: deployment "web" exceeded its progress deadline',
    });
  });

  it.each(['StatefulSet', 'DaemonSet'] as const)(
    '%s: kubectl refuses OnDelete, and we do not',
    async (kind) => {
      const [version] = sample(kind, 'done', 1);
      const onDelete = {
        ...version,
        spec: { ...version?.spec, updateStrategy: { type: 'OnDelete' } },
      } as Workload;

      expect(await scripted.run(kind, [onDelete])).toMatchObject({
        code: 1,
        lines: [],
        error: 'error: rollout status is only available for RollingUpdate strategy type',
      });
      expect(rolloutStatus(onDelete).type).not.toBe('failed');
    },
  );
});
