import { expect, test } from 'vitest';
import { samplesOf } from '../../infra/local/webhooks/sample.ts';
import { ghcr } from '../../lib/sources/ghcr.ts';
import { github } from '../../lib/sources/github.ts';
import { arrivedSample, senderNamed } from '../contract/senders.ts';

const sampleNamed = (name: string) => {
  const sample = samplesOf('ghcr').find((one) => one.name === name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return sample;
};

/** What arrives, with another event in the header, which is not signed. */
const relabelled = (name: string, event: string) => {
  const sample = sampleNamed(name);
  return arrivedSample(senderNamed('ghcr'), {
    ...sample,
    headers: { ...sample.headers, 'x-github-event': event },
  });
};

const changed = (change: (version: Record<string, unknown>) => Record<string, unknown>) => {
  const sample = sampleNamed('package-published');
  const found = sample.body.package as Record<string, Record<string, unknown>>;
  const body = {
    ...sample.body,
    package: { ...found, package_version: change(found.package_version ?? {}) },
  };
  return arrivedSample(senderNamed('ghcr'), { ...sample, body });
};

test.each([
  ['package-published', 'registry_package'],
  ['registry-package', 'package'],
  ['package-published', 'ping'],
  ['package-published', 'push'],
  ['package-published', 'create'],
  ['package-published', 'release'],
])('the payload of %s is not one of %s, whatever the header says', (name, event) => {
  const request = relabelled(name, event);
  const invalid = expect.objectContaining({ code: 'payload-invalid' });
  expect(() => github.parse(request, {})).toThrow(invalid);
});

test('a webhook of github and one of ghcr say the same of a package, each in its own name', () => {
  const request = arrivedSample(senderNamed('ghcr'), sampleNamed('package-published'));
  const [ofGithub] = github.parse(request, {}).events;
  const [ofGhcr] = ghcr.parse(request, {}).events;
  expect(ofGithub).toEqual({ ...ofGhcr, source: 'github' });
});

test.each([
  ['another registry', 'evil.example.com/theryangeary/www:1'],
  ['Docker Hub', 'theryangeary/www:1'],
  ['a host that begins alike', 'ghcr.io.evil.example.com/theryangeary/www:1'],
  ['no path', 'ghcr.io'],
  ['a URL', 'https://ghcr.io/theryangeary/www:1'],
])('an image elsewhere is refused: %s', (_name, url) => {
  const request = changed((version) => ({ ...version, package_url: url }));
  expect(() => ghcr.parse(request, {})).toThrow(expect.objectContaining({ code: 'payload-invalid' }));
});

test('the containers of a GitHub Enterprise server have a host of their own', () => {
  const request = changed((version) => ({
    ...version,
    package_url: 'containers.ghe.example.com/acme/web:1',
  }));
  expect(ghcr.parse(request, {}).events).toMatchObject([{ image: 'containers.ghe.example.com/acme/web' }]);
});

test.each([
  ['in no form of a digest', { name: '1.0.0', digest: 'sha256:xyz' }],
  ['absent', { name: '1.0.0' }],
])('a digest that is %s is that of the manifest', (_name, tag) => {
  const request = changed((version) => ({
    ...version,
    container_metadata: { ...Object(version.container_metadata), tag },
  }));
  expect(ghcr.parse(request, {}).events).toMatchObject([{ digest: expect.stringMatching(/^sha256:89160c/) }]);
});
