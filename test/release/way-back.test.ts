import { describe, expect, it } from 'vitest';
import { type DiagnosisCause, diagnosisCauses } from '../../lib/cluster/diagnose/finding.ts';
import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import type { EnvironmentConfig } from '../../lib/config/types.ts';
import { type ErrorCode, TagboatError } from '../../lib/errors.ts';
import { actor, given } from '../support/records.ts';
import { digest } from './support/context.ts';
import { alice, crashing, createHarness, type Harness, rollingOut } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const place = { app: 'app', environment: 'production' } as const;
const undo = { type: 'undo', ...place } as const;
const minute = 60_000;

/** A rollout that failed, and why. */
const failedFor = (...causes: readonly (DiagnosisCause | { readonly outside: true })[]): RolloutVerdict => ({
  type: 'failed',
  reason: 'it is not well',
  diagnosis: causes.map((cause) => ({
    ...(typeof cause === 'string' ? { cause } : { cause: 'image-pull' as const, ...cause }),
    summary: 'it is not well',
    evidence: [],
    next: 'Look.',
  })),
});

/** The answer to `/undo` in full, with what stands under its first line. */
const undone = async (harness: Harness, command: Parameters<Harness['say']>[0] = undo) => {
  const answer = await harness.answer(command);
  return JSON.stringify(answer.blocks);
};
const lastMessage = ({ channel }: Harness): string => JSON.stringify(channel.said.at(-1)?.message);
const standing = async (harness: Harness) => ({ repo: harness.runs().repo, held: await harness.held() });

/** One release after the other, none of which the cluster takes. */
const neverDelivered = async (tags: readonly string[], environment: Partial<EnvironmentConfig> = {}) => {
  const harness = createHarness(environment);
  harness.cluster.answers = false;
  for (const tag of tags) {
    await harness.hook(hooks.dockerhub(tag));
    await harness.pass(20 * minute);
    expect(await harness.newest()).toMatchObject({ tag, state: 'failed', commit: expect.any(String) });
  }
  return harness;
};

/** Another place that has the image. */
const secondPod = (tag: string): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: { name: second }\nspec:\n  containers: [{ name: second, image: 'example/app:${tag}' }]\n`;

describe('where no release came to the cluster', () => {
  const tags = ['v1.1.0', 'v1.2.0', 'v1.3.0', 'v1.4.0'];

  it('an undo goes back to what the config repo had before them all, and says so', async () => {
    const harness = await neverDelivered(tags);
    harness.cluster.answers = true;

    const words = await undone(harness);

    expect(words).toContain('from `v1.4.0` back to `v1.0.0`');
    expect(words).toContain(
      'v1.0.0 stood in the config repo before v1.1.0; Tagboat did not release it, and never saw it healthy.',
    );
    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
    expect(await harness.held()).toEqual(['v1.4.0']);
    expect((await harness.history())[0]).toBe('#5 undo v1.0.0 healthy');
  });

  it('says the same when it is asked for a second time, and nothing once it is healthy', async () => {
    const harness = await neverDelivered(tags);
    const request = { id: 'the-same' };
    const first = await harness.answer(undo, alice, request);

    expect(await harness.answer(undo, alice, request)).toEqual(first);
    harness.cluster.answers = true;
    await harness.pass(minute);
    await harness.hook(hooks.dockerhub('v1.5.0'));

    const words = await undone(harness);
    expect(words).toContain('from `v1.5.0` back to `v1.0.0`');
    expect(words).not.toContain('stood in the config repo');
  });

  it('an undo goes back to it once more where it was itself undone meanwhile', async () => {
    const harness = createHarness();
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.verdicts.set('v1.0.0', rollingOut);
    await harness.pass(minute);
    await harness.say(undo);
    await harness.pass(minute);
    const { id: expected } = (await harness.newest()) ?? {};
    await harness.say(undo, alice, { confirmed: true, ...(expected && { expect: expected }) });
    expect(harness.runs()).toEqual({ repo: 'v1.1.0', cluster: 'v1.1.0' });
    await harness.pass(minute);

    await harness.say(undo);

    expect(harness.runs()).toEqual({ repo: 'v1.0.0', cluster: 'v1.0.0' });
    expect(await harness.held()).toEqual(['v1.1.0']);
  });

  it('there is nothing where the manifests had several versions', async () => {
    const harness = createHarness();
    harness.repo.commits[0] = `${harness.repo.commits[0]}---\napiVersion: v1\nkind: Pod\nmetadata: { name: second }\nspec:\n  containers: [{ name: second, image: 'example/app:v0.9.0' }]\n`;
    await harness.hook(hooks.dockerhub('v1.1.0'));

    expect(await harness.say(undo)).toBe(
      'Sorry, no: no healthy release of app production comes before v1.1.0, and before v1.1.0 the config repo had several versions at once: v1.0.0, v0.9.0',
    );
    expect(await standing(harness)).toEqual({ repo: 'v1.1.0', held: [] });
  });

  it('there is nothing where that one is held', async () => {
    const harness = await neverDelivered(['v1.1.0']);
    await harness.say({ type: 'hold', ...place, tag: 'v1.0.0' });

    expect(await harness.say(undo)).toBe(
      'Sorry, no: no healthy release of app production comes before v1.1.0',
    );
  });

  it('a version that was put there by hand since is what stood before', async () => {
    const harness = await neverDelivered(['v1.1.0']);
    harness.repo.commits.push((harness.repo.commits.at(-1) ?? '').replace('v1.1.0', 'v1.1.5'));
    await harness.hook(hooks.dockerhub('v1.2.0'));
    harness.cluster.answers = true;
    await harness.pass(minute);

    expect(await undone(harness)).toContain('v1.1.5 stood in the config repo before v1.2.0');
    expect(harness.runs().repo).toBe('v1.1.5');
  });
});

describe('a version that somebody names', () => {
  it.each([
    ['that was never healthy', { to: 'v1.2.0' }, 'No release of v1.2.0 within reach was ever healthy.'],
    ['by the number of a release that was not', { number: 2 }, 'No release of v1.2.0 within reach was ever'],
    ['that nobody has seen', { to: 'v0.5.0' }, 'No release of v0.5.0 within reach was ever healthy.'],
    ['that failed', { to: 'v1.1.0' }, 'The last release of v1.1.0 failed.'],
    ['that stood before', { to: 'v1.0.0' }, 'v1.0.0 stood in the config repo before v1.1.0'],
  ])('comes back all the same, with a word: %s', async (_name, named, words) => {
    const harness = createHarness();
    harness.verdicts.set('v1.1.0', failedFor('crash-loop'));
    await harness.hook(hooks.dockerhub('v1.1.0'));
    harness.cluster.answers = false;
    await harness.hook(hooks.dockerhub('v1.2.0'));
    await harness.pass(20 * minute);
    harness.cluster.answers = true;
    await harness.hook(hooks.dockerhub('v1.3.0'));

    expect(await undone(harness, { ...undo, ...named })).toContain(words);
    await harness.pass(minute);
    expect(harness.runs().repo).toBe('to' in named ? named.to : 'v1.2.0');
  });

  it('comes back without a word where it was healthy the last time', async () => {
    const harness = createHarness();
    for (const tag of ['v1.1.0', 'v1.2.0', 'v1.3.0']) await harness.hook(hooks.dockerhub(tag));

    expect(await undone(harness, { ...undo, to: 'v1.1.0' })).not.toContain(':warning:');
  });
});

describe('the last verdict counts', () => {
  it('where a tag was released again, and failed', async () => {
    const harness = createHarness();
    for (const tag of ['v1.1.0', 'v1.2.0']) await harness.hook(hooks.dockerhub(tag));
    harness.verdicts.set('v1.2.0', failedFor('crash-loop'));
    await harness.hook(hooks.dockerhub('v1.3.0'));
    await harness.pass(minute);
    await harness.say({ type: 'release', ...place, tag: 'v1.2.0' }, alice, { confirmed: true });
    await harness.pass(minute);
    await harness.say({ type: 'release', ...place, tag: 'v1.4.0' }, alice, { confirmed: true });
    await harness.say({ type: 'hold', ...place, tag: 'v1.3.0' });

    expect(await harness.say(undo)).toBe('Undoing app in production, from v1.4.0 back to v1.1.0');
  });

  it('where it failed for a cause that is none of its own, it stays what it was', async () => {
    const harness = createHarness();
    for (const tag of ['v1.1.0', 'v1.2.0']) await harness.hook(hooks.dockerhub(tag));
    harness.verdicts.set('v1.1.0', failedFor('quota', 'timeout'));
    await harness.say({ type: 'release', ...place, tag: 'v1.1.0' }, alice, { confirmed: true });
    await harness.pass(minute);
    await harness.hook(hooks.dockerhub('v1.3.0'));
    await harness.say({ type: 'hold', ...place, tag: 'v1.2.0' });

    expect(await harness.say(undo)).toBe('Undoing app in production, from v1.3.0 back to v1.1.0');
  });

  it.each([
    ['what a tag was before it was pushed again is gone without digests', {}, 'v1.0.0'],
    ['and is there with them', { pin: 'digest' } as const, 'v1.1.0'],
  ])('%s', async (_name, environment, expected) => {
    const harness = createHarness(environment);
    await harness.hook(hooks.distribution('v1.1.0', digest('a')));
    harness.verdicts.set('v1.1.0', failedFor('crash-loop'));
    await harness.hook(hooks.distribution('v1.1.0', digest('b'), 'event-2'));
    await harness.pass(minute);

    expect(await harness.say(undo)).toBe(`Undoing app in production, from v1.1.0 back to ${expected}`);
  });
});

describe('onFailure: undo', () => {
  const byItself = { onFailure: 'undo' } as const;

  /** v1.0.0 is healthy; then v1.1.0 fails, and whatever follows from that. */
  const failing = async (verdict: RolloutVerdict) => {
    const harness = createHarness(byItself);
    await harness.hook(hooks.dockerhub('v1.0.0'));
    await harness.pass(minute);
    harness.verdicts.set('v1.1.0', verdict);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(10 * minute);
    return harness;
  };

  it.each<ErrorCode>([
    'cluster-unreachable',
    'cluster-credentials-refused',
    'cluster-forbidden',
    'cluster-conflict',
    'cluster-refused',
    'cluster-kubeconfig-invalid',
    'workload-not-found',
    'internal',
  ])('keeps its hands off what never came to the cluster: %s', async (code) => {
    const harness = createHarness(byItself);
    await harness.hook(hooks.dockerhub('v1.0.0'));
    harness.cluster.fault = new TagboatError(code, 'the words of the cluster');
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(20 * minute);

    expect(await harness.newest()).toMatchObject({ state: 'failed', notUndone: { code: 'not-delivered' } });
    expect(await standing(harness)).toEqual({ repo: 'v1.1.0', held: [] });
    expect(lastMessage(harness)).toContain('the words of the cluster');
    expect(lastMessage(harness)).toContain('It is not undone by itself: it never came to the cluster');
  });

  const outside: readonly DiagnosisCause[] = [
    'missing-reference',
    'quota',
    'unschedulable',
    'paused',
    'terminating',
    'workload-missing',
    'other-image',
    'other-digest',
    'digest-unknown',
    'not-set',
    'agent-waiting',
  ];
  it.each(outside)('keeps its hands off where the cause lies outside of the version: %s', async (cause) => {
    const harness = await failing(failedFor(cause, 'timeout'));

    expect(await harness.newest()).toMatchObject({ state: 'failed', notUndone: { code: 'cause-outside' } });
    expect(await standing(harness)).toEqual({ repo: 'v1.1.0', held: [] });
  });

  it('keeps its hands off where the registry does not answer the nodes', async () => {
    const harness = await failing(failedFor({ outside: true }, 'progress-deadline'));

    expect(await standing(harness)).toEqual({ repo: 'v1.1.0', held: [] });
  });

  it.each(diagnosisCauses.filter((cause) => !outside.includes(cause)))(
    'acts where the rollout itself failed: %s',
    async (cause) => {
      const harness = await failing(failedFor(cause, 'timeout'));

      expect(await standing(harness)).toEqual({ repo: 'v1.0.0', held: ['v1.1.0'] });
    },
  );

  it('acts where one pod crashes and another finds no node', async () => {
    const harness = await failing(failedFor('crash-loop', 'unschedulable'));

    expect(await standing(harness)).toEqual({ repo: 'v1.0.0', held: ['v1.1.0'] });
  });

  it('brings nothing back that was never healthy, and says what the user can do', async () => {
    const harness = createHarness(byItself);
    harness.verdicts.set('v1.1.0', crashing);
    await harness.hook(hooks.dockerhub('v1.1.0'));

    expect(await standing(harness)).toEqual({ repo: 'v1.1.0', held: [] });
    expect(lastMessage(harness)).toContain(
      'It is not undone by itself: no healthy release of app production comes before v1.1.0; v1.0.0, which stood in the config repo before, comes back with /undo app production',
    );
    await harness.say(undo);
    expect(await standing(harness)).toEqual({ repo: 'v1.0.0', held: ['v1.1.0'] });
  });

  describe('that fails for a cause outside', () => {
    /** v1.1.0 fails, and the cluster refuses what would undo it. */
    const refused = async (verdict: RolloutVerdict) => {
      const harness = createHarness(byItself);
      await harness.hook(hooks.dockerhub('v1.0.0'));
      harness.verdicts.set('v1.1.0', rollingOut);
      await harness.hook(hooks.dockerhub('v1.1.0'));
      harness.verdicts.set('v1.1.0', verdict);
      const { watchRollout } = harness.context;
      harness.context.watchRollout = async (...watched) => {
        const seen = await watchRollout(...watched);
        harness.cluster.fault = new TagboatError('cluster-credentials-refused', 'Unauthorized');
        return seen;
      };
      await harness.pass(10 * minute);
      expect(await harness.newest()).toMatchObject({
        kind: 'undo',
        state: 'failed',
        reason: { code: 'cluster-credentials-refused' },
        commit: expect.any(String),
      });
      return harness;
    };

    it('takes its hold back where the undone version may have failed for the same', async () => {
      const harness = await refused(failedFor('timeout'));

      expect(await standing(harness)).toEqual({ repo: 'v1.0.0', held: [] });
      expect(lastMessage(harness)).toContain('`v1.1.0` is not held: it may have failed for the same cause.');
      expect(lastMessage(harness)).toContain('Unauthorized');
    });

    it.each([
      ['by a command', undefined],
      ['by an undo of the same release', 2],
    ])('takes nothing back that somebody held: %s', async (_name, number) => {
      const harness = await refused(failedFor('timeout'));
      const { id } =
        (await harness.store.list('app', 'production')).find((one) => one.number === number) ?? {};
      await harness.store.hold({
        ...place,
        tag: 'v1.1.0',
        by: actor('slack:U024BE7LH'),
        reason: given('it is slow'),
        release: id,
        createdAt: '2026-11-23T12:00:00.000Z',
      });

      await harness.retryEverything();

      expect(await harness.held()).toEqual(['v1.1.0']);
    });

    it('keeps it where that one was seen to crash', async () => {
      const harness = await refused(failedFor('crash-loop'));

      expect(await standing(harness)).toEqual({ repo: 'v1.0.0', held: ['v1.1.0'] });
      expect(lastMessage(harness)).toContain('is held until somebody releases it by hand');
    });
  });
});

it('an undo does not hold what it restores where one place has it already', async () => {
  const harness = createHarness();
  harness.repo.commits[0] += secondPod('v1.0.0');
  await harness.hook(hooks.dockerhub('v1.1.0'));
  harness.repo.commits.push((harness.repo.commits.at(-1) ?? '').replace('v1.1.0', 'v1.0.0'));

  await harness.say(undo);

  expect(await harness.newest()).toMatchObject({ state: 'healthy', previous: { tag: 'v1.1.0' } });
  expect(await standing(harness)).toEqual({ repo: 'v1.0.0', held: ['v1.1.0'] });
});

it('an undo that the Git server refuses leaves nothing held, not even what somebody had committed by hand', async () => {
  const harness = createHarness();
  await harness.hook(hooks.dockerhub('v1.1.0'));
  harness.repo.commits.push((harness.repo.commits.at(-1) ?? '').replace('v1.1.0', 'v1.1.5'));
  const until = harness.clock.now() + 60 * minute;
  await harness.say({ type: 'hold', ...place, tag: 'v1.1.5', until, reason: 'for an hour' });
  const before = await harness.store.holds('app', 'production');
  const { openRemote } = harness.context;
  harness.context.openRemote = async () => ({
    tip: async () => ({
      ...(await (await openRemote()).tip()),
      commit: async () => {
        throw new TagboatError('git-push-refused', 'the branch is protected');
      },
    }),
  });

  await harness.say(undo);

  expect(await harness.newest()).toMatchObject({ kind: 'undo', state: 'failed' });
  expect(await harness.store.holds('app', 'production')).toEqual(before);
});
