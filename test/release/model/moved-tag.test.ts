import { describe, expect, it, test } from 'vitest';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import { decideOnMovedTag, mayHaveMoved, staysSkipped } from '../../../lib/release/model/moved-tag.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import { digest, production, requestFor } from '../support/context.ts';

const { claim: _claim, ...request } = requestFor('v1.1.0', { digest: digest('b') });
const asked: Release = {
  ...request,
  id: '02',
  state: 'queued',
  attempts: 0,
  createdAt: '2026-11-23T12:00:00.000Z',
  updatedAt: '2026-11-23T12:00:00.000Z',
};
const healthy: Release = { ...asked, id: '01', state: 'healthy', commit: 'c0ffee', digest: digest('a') };
const failed = { ...healthy, state: 'failed', workloads: [] } as const;
const deployed = [{ tag: 'v1.1.0' }];
const restarting = { onMovedTag: 'restart' } as const;

describe('a tag that Git has, with another digest than was released', () => {
  type Case = {
    readonly release?: Partial<Release>;
    readonly deployed?: typeof deployed;
    readonly standing?: Release | undefined;
    readonly environment?: Partial<EnvironmentConfig>;
  };
  const decide = (given: Case) =>
    decideOnMovedTag(
      { ...asked, ...given.release },
      given.deployed ?? deployed,
      'standing' in given ? given.standing : healthy,
      { ...production, ...given.environment },
    );

  it('is skipped', () => {
    const reason = { code: 'tag-moved', tag: 'v1.1.0', digest: digest('b') };
    expect(decide({})).toEqual({ type: 'skip', reason });
    expect(decide({ standing: failed })).toEqual({ type: 'skip', reason });
    expect(decide({ environment: { ...restarting, deliver: 'agent' } })).toEqual({ type: 'skip', reason });
  });

  it.each<[string, Case]>([
    ['where it says so', {}],
    ['for a user as well', { release: { byHand: true } }],
    ['where one of several places is brought to it too', { deployed: [{ tag: 'v1.0.0' }, ...deployed] }],
    [
      'once more where the restart before failed',
      { standing: { ...failed, digest: digest('b'), restartedAt: '2026-11-23T12:00:00.000Z' } },
    ],
  ])('is restarted %s', (_, given) => {
    expect(decide({ ...given, environment: restarting })).toEqual({ type: 'restart' });
  });

  it.each<[string, Case]>([
    ['where the digest is the same', { standing: { ...healthy, digest: digest('b') } }],
    ['where what stands has no known digest', { standing: { ...healthy, digest: undefined } }],
    ['where nothing is on record', { standing: undefined }],
    ['where its own digest is not known', { release: { digest: undefined } }],
    ['where another tag stands', { standing: { ...healthy, tag: 'v1.0.0' } }],
    ['where Git has another tag', { deployed: [{ tag: 'v1.0.0' }] }],
    ['where Git has it in one of several places', { deployed: [{ tag: 'v1.0.0' }, ...deployed] }],
    ['where it is an undo', { release: { kind: 'undo' } }],
    ['where a user asks for it', { release: { byHand: true } }],
    ['where the digest is pinned', { environment: { pin: 'digest' } }],
    ['where what stands is not delivered yet', { standing: { ...healthy, state: 'committed' } }],
    ['where what stands never was delivered', { standing: { ...failed, workloads: undefined } }],
  ])('goes on %s', (_, given) => {
    expect(decide(given)).toEqual({ type: 'unmoved' });
  });

  it('matters only where Git has its tag, without a digest', () => {
    expect(mayHaveMoved(asked, deployed, production)).toBe(true);
    expect(mayHaveMoved(asked, [{ tag: 'v1.0.0' }], production)).toBe(false);
  });
});

test('what was skipped for it stays so, until the environment says otherwise', () => {
  const skipped: Release = {
    ...asked,
    state: 'skipped',
    reason: { code: 'tag-moved', tag: 'v1.1.0', digest: digest('b') },
  };
  expect(staysSkipped(skipped, production)).toBe(true);
  expect(staysSkipped(skipped, { ...production, ...restarting })).toBe(false);
  expect(staysSkipped(skipped, { ...production, pin: 'digest' })).toBe(false);
  expect(staysSkipped({ ...skipped, reason: { code: 'held', message: '' } }, production)).toBe(false);
});
