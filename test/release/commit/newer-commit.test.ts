import { describe, expect, it } from 'vitest';
import type { RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { crashing, createHarness, type Harness } from '../support/harness.ts';
import { hooksOfApp as hooks } from '../support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;
const unreachable = () => new TagboatError('cluster-unreachable', 'no answer');

/** Has a request put off, since the cluster does not answer before its commit; then the cluster answers again. */
const putOff = async (harness: Harness, ask: () => Promise<unknown>): Promise<void> => {
  harness.cluster.refusal = unreachable();
  await ask();
  await harness.pass(20_000);
  harness.cluster.refusal = undefined;
};

describe('an undo that was put off', () => {
  it('takes nothing out that was committed meanwhile; what it was asked about stays held', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await putOff(harness, () => harness.say(undo));
    await harness.hook(hooks.dockerhub('v1.3.0'));
    await harness.pass(300_000);

    expect(harness.runs()).toEqual({ repo: 'v1.3.0', cluster: 'v1.3.0' });
    expect((await harness.history()).slice(0, 2)).toEqual([
      '#4 release v1.3.0 healthy',
      '#3 undo v1.1.0 superseded',
    ]);
    expect((await harness.store.list('app', 'production'))[1]?.reason).toEqual({
      code: 'superseded',
      releaseId: (await harness.newest())?.id,
      other: 'committed',
    });
    expect(await harness.held()).toEqual(['v1.2.0']);
  });

  it('nor does one that nobody asked for', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.verdicts.set('v1.2.0', crashing);
    const watchRollout = harness.context.watchRollout;
    harness.context.watchRollout = async (...args): Promise<RolloutVerdict> => {
      const verdict = await watchRollout(...args);
      if (verdict.type === 'failed') harness.cluster.refusal = unreachable();
      return verdict;
    };
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await harness.pass(20_000);
    harness.cluster.refusal = undefined;
    await harness.hook(hooks.dockerhub('v1.3.0'));
    await harness.pass(300_000);

    expect(harness.runs()).toEqual({ repo: 'v1.3.0', cluster: 'v1.3.0' });
    expect((await harness.history())[1]).toBe('#3 undo v1.1.0 superseded');
    expect(await harness.held()).toEqual(['v1.2.0']);
  });

  it('is no measure for what waits with it: that is compared with the config repo', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await putOff(harness, () => harness.say(undo));
    await harness.hook(hooks.dockerhub('v1.4.0'));
    const [, waiting] = await harness.store.list('app', 'production');
    expect(waiting).toMatchObject({ kind: 'undo', state: 'queued' });
    await harness.store.amend(waiting as Release, ['queued'], { notBefore: undefined });
    await harness.hook(hooks.dockerhub('v1.3.0'));

    expect(harness.runs()).toEqual({ repo: 'v1.4.0', cluster: 'v1.4.0' });
    expect((await harness.history()).slice(0, 3)).toEqual([
      '#5 release v1.3.0 skipped',
      '#4 release v1.4.0 healthy',
      '#3 undo v1.1.0 superseded',
    ]);
  });

  it('is carried out where nothing was committed meanwhile', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await putOff(harness, () => harness.say(undo));
    await harness.pass(300_000);

    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
    expect(await harness.held()).toEqual(['v1.1.0']);
  });
});

describe('a release that was put off', () => {
  it.each([
    ['by hand, of an older version', { type: 'release', ...place, tag: 'v1.1.0' } as const],
    ['by hand, of a version without order', { type: 'release', ...place, tag: 'hotfix' } as const],
  ])('%s, gives way to what was committed meanwhile', async (_name, command) => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await putOff(harness, () => harness.say(command));
    await harness.hook(hooks.dockerhub('v1.3.0'));
    await harness.pass(300_000);

    expect(harness.runs()).toEqual({ repo: 'v1.3.0', cluster: 'v1.3.0' });
    expect((await harness.history())[1]).toBe(`#2 release ${command.tag} superseded`);
  });

  it('goes on where it is newer, or what was committed meanwhile has failed', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await putOff(harness, () => harness.hook(hooks.dockerhub('v1.3.0')));
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await harness.pass(300_000);
    expect(harness.runs()).toEqual({ repo: 'v1.3.0', cluster: 'v1.3.0' });

    await putOff(harness, () => harness.say({ type: 'release', ...place, tag: 'v1.1.0' }));
    harness.verdicts.set('v1.4.0', crashing);
    await harness.hook(hooks.dockerhub('v1.4.0'));
    await harness.pass(300_000);
    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
  });
});
