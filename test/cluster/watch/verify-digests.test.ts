import { describe, expect, test } from 'vitest';
import { type Rollout, watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import { container, now, pod, readyFor, replicaSet, workload } from '../support/fixture.ts';
import { done, pods, replicaSets, rollout, withDeployment } from '../support/watching.ts';

const asked = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;

/** The verdict at the deadline on a Deployment that is rolled out, whose one pod runs that digest. */
const verdictOn = async (
  running: string,
  more: Partial<Rollout>,
  {
    pullPolicy = 'IfNotPresent',
    forbidden = [],
  }: { pullPolicy?: string; forbidden?: readonly string[] } = {},
) => {
  let verdict: Awaited<ReturnType<typeof watchRollout>> | undefined;
  await withDeployment(
    workload('Deployment', {}, done),
    async ({ cluster }, collections) => {
      collections.put(replicaSets, replicaSet('2'));
      const containers = [
        container({ ready: true, imageID: running && `docker.io/acme/okeydokey@${running}` }),
      ];
      collections.put(pods, pod('Deployment', { conditions: readyFor(9), containers, pullPolicy }));
      verdict = await watchRollout(cluster, rollout({ knownDigest: asked, deadline: now - 1, ...more }));
    },
    forbidden,
  );
  return verdict;
};

// keel-hq/keel#365
describe('a release whose tag is not pinned', () => {
  test('has failed where a node kept another image of the tag, and says so', async () => {
    expect(await verdictOn(other, { compareDigest: async () => 'other' })).toMatchObject({
      type: 'failed',
      reason:
        'not healthy in time: deployment "web" is rolled out, but pod web-1 runs sha256:bbbbbbbbbbbb… as acme/okeydokey:2 in container web instead of sha256:aaaaaaaaaaaa…',
      diagnosis: [
        {
          cause: 'other-digest',
          summary:
            'Container web runs sha256:bbbbbbbbbbbb… under the tag 2, and the release is of sha256:aaaaaaaaaaaa…: with imagePullPolicy IfNotPresent a node does not pull a tag again that it has.',
          evidence: [
            `acme/okeydokey:2 was ${asked} in the registry when it was released`,
            `pod web-1, container web: ${other} (imagePullPolicy: IfNotPresent)`,
          ],
          next: 'Give each image a tag of its own, set `pin: digest`, or `imagePullPolicy: Always` in the manifest.',
          workload: 'Deployment shop/web',
          pod: 'web-1',
          container: 'web',
        },
        { cause: 'timeout' },
      ],
    });
  });

  test('has failed where the tag was pushed again while it was rolled out', async () => {
    const compareDigest = async () => 'other' as const;

    expect(await verdictOn(other, { compareDigest }, { pullPolicy: 'Always' })).toMatchObject({
      type: 'failed',
      diagnosis: [{ summary: expect.stringContaining('the tag was pushed again since') }, {}],
    });
  });

  test('is healthy where the runtime names a part of the image', async () => {
    expect(await verdictOn(other, { compareDigest: async () => 'same' })).toMatchObject({
      type: 'healthy',
      notes: [],
    });
  });

  test('is healthy with a note where it cannot be told', async () => {
    expect(await verdictOn(other, { compareDigest: async () => 'unknown' })).toMatchObject({
      type: 'healthy',
      notes: [expect.stringContaining('The registry could not tell which.')],
    });
  });
});

describe('a restart for a tag that has moved', () => {
  const isRestart = true;

  test('is healthy where the pods run the new digest', async () => {
    expect(await verdictOn(asked, { isRestart })).toMatchObject({ type: 'healthy', notes: [] });
  });

  test.each([
    ['the digest cannot be compared', other, 'sha256:bbbbbbbb'],
    ['the runtime names none', '', 'no digest'],
  ])('is not where %s', async (_, running, evidence) => {
    expect(await verdictOn(running, { isRestart, compareDigest: async () => 'unknown' })).toMatchObject({
      type: 'failed',
      diagnosis: [
        {
          cause: 'digest-unknown',
          evidence: [expect.anything(), expect.stringContaining(evidence)],
          pod: 'web-1',
        },
        { cause: 'timeout' },
      ],
    });
  });

  test('is not where the pods may not be read', async () => {
    expect(await verdictOn(asked, { isRestart }, { forbidden: [pods] })).toMatchObject({
      type: 'failed',
      diagnosis: [
        { cause: 'digest-unknown', evidence: [expect.anything(), expect.stringContaining('403')] },
        {},
      ],
    });
  });
});
