import { expect, it } from 'vitest';
import type { Synced } from '../../../infra/local/gitops/gitops.ts';
import { sampleReleases } from '../../../infra/local/play/sample.ts';
import { parseConfig } from '../../../lib/config/load.ts';
import { serve } from '../serve.ts';

const config = (tags: string, on = 'tag-push', app = '') =>
  parseConfig(
    `
clusters: { here: { kubeconfig: env:KUBECONFIG_TEXT } }
configRepos: { config: { url: 'https://git.example/config.git', branch: main } }
sources: { github: { secret: env:SECRET } }
apps:
  web:
    image: registry.example/web
    repository: github.com/acme/web
${app}    environments:
      production: { on: ${on}, tags: ${tags}, configRepo: config, files: [a.yml], cluster: here }
`,
    { local: true },
  );

/** What to try, where that stands in the config repo and these were tried already. */
const sampleFor = async (
  tags: string,
  tag: string | undefined,
  tried: readonly string[] = [],
  on?: string,
  app?: string,
) => {
  const releases = tried.map((one) => ({ tag: one, state: 'failed' }));
  const url = await serve((_request, response) => response.end(JSON.stringify({ releases })));
  const stack = {
    url,
    config: config(tags, on, app),
    secrets: {},
    stateDirectory: '/nowhere',
    unseal: async () => 'secret',
  };
  const target = { app: 'web', environmentName: 'production' };
  const synced = [{ type: 'left-alone', target, tag }] as unknown as readonly Synced[];
  const [sample] = await sampleReleases(stack, synced);
  return sample && { tag: sample.tag, named: sample.named };
};

it.each<[string, string | undefined, readonly string[], string | undefined]>([
  ["{ semver: '*' }", 'v1.2.3', [], 'v1.2.4'],
  ["{ semver: '*' }", '1.2.3', ['1.2.4'], '1.2.5'],
  ["{ semver: '*' }", undefined, [], 'v0.0.1'],
  ["{ pattern: 'main-[0-9a-f]{7}' }", undefined, [], 'main-0000001'],
  ["{ pattern: 'rc-[0-9]+-x' }", 'rc-19-x', [], 'rc-20-x'],
  ["{ pattern: 'rc-[0-9]+-x' }", 'rc-11-x', ['rc-12-x'], 'rc-13-x'],
  ["{ pattern: 'v1' }", 'v1', [], undefined],
  ["{ pattern: 'nightly' }, pin: digest", 'nightly', ['nightly'], 'nightly'],
])('of %s after %s, where %j was tried, %s is to try', async (tags, current, tried, expected) => {
  expect(await sampleFor(tags, current, tried)).toEqual(expected && { tag: expected, named: expected });
});

it('is none where no source tells of the app', async () => {
  expect(await sampleFor("{ semver: '*' }", 'v1.0.0', [], 'image-push')).toBeUndefined();
});

it.each<[string, string, string, string]>([
  ["{ semver: '*' }", '1.2.3', '1.2.4', '1.2.4'],
  ["{ pattern: 'v(.+)', order: semver }", '1.2.3', 'v1.2.4', '1.2.4'],
  ["{ pattern: 'web@(.+)', order: semver }", '1.2.3', 'web@1.2.4', '1.2.4'],
  ["{ pattern: 'web/v([0-9.]+)', order: semver }", '1.2.3', 'web/v1.2.4', '1.2.4'],
])('of %s after %s is the Git tag %s, and the image %s', async (tags, current, named, tag) => {
  expect(await sampleFor(tags, current, [], 'tag-push', "    imageTag: '{version}'\n")).toEqual({
    named,
    tag,
  });
});
