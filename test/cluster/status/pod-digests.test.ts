import { expect, test } from 'vitest';
import { comparePodDigests, digestNotes } from '../../../lib/cluster/status/pod-digests.ts';
import type { DigestComparison } from '../../../lib/image.ts';
import { container, image, type PodOptions, pod, readyFor } from '../support/fixture.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;
const template = { containers: [{ name: 'web', image: 'acme/okeydokey:2' }] };

type Release = { readonly digest?: string; readonly knownDigest?: string };

const running = (imageID: string) => ({ containers: [container({ ready: true, imageID })] });

const compare = async (release: Release, is: DigestComparison, ...pods: readonly PodOptions[]) => {
  const asked: string[] = [];
  const expected = { image, tag: '2', ...release };
  const found = await comparePodDigests(
    template,
    pods.map((options) => pod('Deployment', { conditions: readyFor(60), ...options })),
    expected,
    async (one) => {
      asked.push(one);
      return one === release.knownDigest ? 'same' : is;
    },
  );
  return { asked, is: found.map((one) => one.is), notes: digestNotes(found, expected) };
};

test.each<[string, DigestComparison]>([
  [`docker.io/acme/okeydokey@${digest}`, 'same'],
  [`docker-pullable://acme/okeydokey@${digest}`, 'same'],
  [`docker.io/acme/okeydokey@${otherDigest}`, 'other'],
  // The id of an image, which is the digest of its configuration.
  [otherDigest, 'other'],
  ['docker://sha256:abc', 'unknown'],
  ['', 'unknown'],
])('a runtime that names %s: %s', async (imageID, expected) => {
  expect(await compare({ knownDigest: digest }, 'other', running(imageID))).toMatchObject({ is: [expected] });
});

test.each<Release>([{}, { digest, knownDigest: digest }])(
  'of %j there is nothing to compare',
  async (release) => {
    const pods = running(`docker.io/acme/okeydokey@${otherDigest}`);

    expect(await compare(release, 'other', pods)).toEqual({ asked: [], is: [], notes: [] });
  },
);

test('one that was given the digest runs no other, whatever its runtime names', async () => {
  const given = {
    ...running(`docker.io/acme/okeydokey@${otherDigest}`),
    image: `acme/okeydokey:2@${digest}`,
  };

  expect(await compare({ knownDigest: digest }, 'other', given)).toMatchObject({ asked: [], is: ['same'] });
});

test('pods that are not ready are not looked at, and what many run is asked for once', async () => {
  const kept = running(`docker.io/acme/okeydokey@${otherDigest}`);

  const found = await compare({ knownDigest: digest }, 'other', kept, kept, { ...kept, conditions: [] });

  expect(found).toMatchObject({ asked: [otherDigest], is: ['other', 'other'] });
});

test('what cannot be told is worth one note, over all pods', async () => {
  const kept = running(`docker.io/acme/okeydokey@${otherDigest}`);
  const fresh = running(`docker.io/acme/okeydokey@${digest}`);
  const why =
    "and the registry had sha256:aaaaaaaaaaaa… under acme/okeydokey:2: either the tag was pushed again and the node kept the old image, or the container runtime names the digest of its platform's part of the image. The registry could not tell which.";

  const one = await compare({ knownDigest: digest }, 'unknown', kept, { ...fresh, name: 'web-2' });
  const two = await compare({ knownDigest: digest }, 'unknown', kept, { ...kept, name: 'web-2' });

  expect(one.notes).toEqual([`Pod web-1 runs sha256:bbbbbbbbbbbb…, ${why}`]);
  expect(two.notes).toEqual([`2 pods (web-1 and others) run sha256:bbbbbbbbbbbb…, ${why}`]);
});

test.each([otherDigest, ''])('%j in the place of a digest is not worth a note', async (imageID) => {
  expect(await compare({ knownDigest: digest }, 'unknown', running(imageID))).toMatchObject({ notes: [] });
});
