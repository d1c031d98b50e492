import { expect, test } from 'vitest';
import { checkPodImages } from '../../../lib/cluster/status/pod-images.ts';
import { image, type PodOptions, pod, readyFor } from '../support/fixture.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;

const template = {
  initContainers: [{ name: 'migrate', image: 'acme/migrate:3' }],
  containers: [
    { name: 'web', image: 'acme/okeydokey:2' },
    { name: 'proxy', image: 'acme/proxy:7' },
  ],
};

const ready = (options: PodOptions) => pod('Deployment', { conditions: readyFor(60), ...options });

type Release = { readonly digest?: string; readonly knownDigest?: string };

const check = (release: Release, ...pods: readonly PodOptions[]) =>
  checkPodImages(template, pods.map(ready), { image, tag: '2', ...release });

test.each<[string, Release, 'same' | 'other']>([
  ['acme/okeydokey:2', {}, 'same'],
  ['docker.io/acme/okeydokey:2', {}, 'same'],
  ['mirror.example:5000/hub/okeydokey:2', {}, 'same'],
  ['mirror.example/okeydokey-fips:2', {}, 'same'],
  // The digest decides, not the tag before it: helm/charts#23240.
  [`acme/okeydokey:2@${otherDigest}`, { knownDigest: digest }, 'other'],
  [`acme/okeydokey:2@${digest}`, { knownDigest: digest }, 'same'],
  [`acme/okeydokey:1@${digest}`, { knownDigest: digest }, 'same'],
  [`acme/okeydokey:1@${otherDigest}`, {}, 'other'],
  [`acme/okeydokey@${digest}`, { knownDigest: digest }, 'same'],
  [`acme/okeydokey@${otherDigest}`, { knownDigest: digest }, 'other'],
  ['acme/okeydokey:1', {}, 'other'],
  ['acme/okeydokey:2.0', {}, 'other'],
  ['acme/okeydokey', {}, 'other'],
  ['mirror.example/okeydokey:latest', {}, 'other'],
  ['not an image', {}, 'other'],
  [`acme/okeydokey:2@${digest}`, { digest }, 'same'],
  [`mirror.example/okeydokey@${digest}`, { digest }, 'same'],
  [`acme/okeydokey:2@${otherDigest}`, { digest }, 'other'],
  ['acme/okeydokey:2', { digest }, 'other'],
])('a pod with %s, the release %j: %s', (text, release, expected) => {
  expect(check(release, { image: text })).toEqual({
    others: expected === 'same' ? [] : [{ pod: 'web-1', container: 'web', image: text }],
    notes: [],
  });
});

test('a digest in place of the tag cannot be compared while the registry’s is not known', () => {
  expect(check({}, { image: `acme/okeydokey@${digest}` })).toEqual({
    others: [],
    notes: [
      `Pod web-1 was given acme/okeydokey@${digest} in place of acme/okeydokey:2; the registry's digest is not known here, so that the two cannot be compared.`,
    ],
  });
});

test('a container that is gone from the pod', () => {
  const without = ready({});
  const pods = [{ ...without, spec: { containers: [] } }];
  expect(checkPodImages(template, pods, { image, tag: '2' }).others).toEqual([
    { pod: 'web-1', container: 'web', image: 'no such container' },
  ]);
});

test('init containers that carry the image count, and other containers do not', () => {
  const spec = { ...template, initContainers: [{ name: 'migrate', image: 'acme/okeydokey:2' }] };
  expect(checkPodImages(spec, [ready({})], { image, tag: '2' }).others).toEqual([
    { pod: 'web-1', container: 'migrate', image: 'acme/migrate:3' },
  ]);
});

test('pods that are not ready, or on their way out, are not looked at', () => {
  const options = { image: 'acme/okeydokey:1' };
  const going = { deletionTimestamp: '2026-11-23T10:00:00Z' };
  expect(check({}, { ...options, conditions: [] }, { ...options, metadata: going }).others).toEqual([]);
});
