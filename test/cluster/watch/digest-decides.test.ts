import { describe, expect, test } from 'vitest';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { now } from '../support/fixture.ts';
import { deployments, done, half, rollout, withDeployment, withImage } from '../support/watching.ts';

const old = `sha256:${'0'.repeat(64)}`;
const known = `sha256:${'1'.repeat(64)}`;
const stale = `acme/okeydokey:2@${old}`;

// prometheus-community/helm-charts#3355: the chart renders `R:v2@sha256:<digest of v1>`.
test.each(['agent', 'apply', 'set-image'] as const)(
  '%s: a template with the release’s tag and another digest is never healthy',
  (mode) =>
    withDeployment(withImage(stale, done), async ({ cluster }) => {
      const watched = rollout({ mode, knownDigest: known });
      expect(await watchRollout(cluster, { ...watched, until: now })).toMatchObject({
        type: 'pending',
        progress: {
          phase: mode === 'agent' ? 'waiting-for-agent' : 'rolling-out',
          message: `Waiting for deployment "web" to be given acme/okeydokey:2@${known}: it has ${stale}, and the digest decides: the registry has ${known} under that tag...`,
        },
      });
      expect(await watchRollout(cluster, { ...watched, deadline: now - 1 })).toEqual({
        type: 'failed',
        reason: expect.stringContaining(`it has ${stale}`),
        diagnosis: [
          {
            cause: 'other-image',
            summary:
              'Container web runs another image than acme/okeydokey:2: its template names a digest beside the tag, and the digest decides.',
            evidence: [
              `the pod template of Deployment shop/web, container web: ${stale}`,
              `the registry has ${known} under acme/okeydokey:2`,
            ],
            next: expect.stringContaining('Change the digest together with the tag'),
            workload: 'Deployment shop/web',
            container: 'web',
          },
        ],
      });
    }),
);

test('agent: a digest that cannot be compared is said, and not taken for the release’s', () =>
  withDeployment(withImage(stale, done), async ({ cluster }) => {
    const verdict = await watchRollout(cluster, rollout({ mode: 'agent', deadline: now - 1 }));
    expect(verdict).toMatchObject({
      type: 'failed',
      reason: `not healthy in time: Waiting for deployment "web" to be given acme/okeydokey:2: it has ${stale}, and the digest of acme/okeydokey:2 is not known here, so that the two cannot be compared...`,
      diagnosis: [{ cause: 'other-image', summary: expect.stringContaining('cannot be told') }],
    });
  }));

test('agent: the digest comes later than the tag', () =>
  withDeployment(withImage(stale, half), async ({ cluster }, collections) => {
    const watching = watchRollout(cluster, rollout({ mode: 'agent', knownDigest: known }));
    await expect.poll(() => collections.isWatched(deployments)).toBe(true);
    collections.put(deployments, withImage(`acme/okeydokey:2@${known}`, done));
    expect(await watching).toMatchObject({ type: 'healthy' });
  }));

describe('agent: the digest of the release is not known', () => {
  /** Gives the Deployment another image once it was seen with the one before. */
  const change = async (
    before: string,
    after: string,
    use: (
      verdict: ReturnType<typeof watchRollout>,
      told: readonly string[],
      stop: () => void,
    ) => Promise<void>,
  ) => {
    const stop = new AbortController();
    const told: string[] = [];
    await withDeployment(withImage(before, done), async ({ cluster }, collections) => {
      const watched = watchRollout(
        cluster,
        rollout({ mode: 'agent', signal: stop.signal, onProgress: ({ message }) => told.push(message) }),
      );
      await expect.poll(() => told.length > 0 && collections.isWatched(deployments)).toBe(true);
      collections.put(deployments, withImage(after, done));
      await use(watched, told, () => stop.abort(new Error('stopped')));
    });
  };

  test.each(['acme/okeydokey:1', `acme/okeydokey:1@${old}`])(
    'one that a webhook writes behind the tag as it comes, after %s, is taken, and said',
    (before) =>
      change(before, `acme/okeydokey:2@${known}`, async (verdict) => {
        expect(await verdict).toMatchObject({
          type: 'healthy',
          notes: [expect.stringContaining('the digest came with the tag, and was not compared')],
        });
      }),
  );

  test('one that stood there before the tag came is not', () =>
    change(`acme/okeydokey:1@${old}`, stale, async (verdict, told, stop) => {
      await expect.poll(() => told.at(-1)).toContain('cannot be compared');
      stop();
      await expect(verdict).rejects.toThrow('stopped');
    }));
});
