import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import { listDrift } from '../../../lib/release/api/drift.ts';
import type { DiscoverContext } from '../../../lib/release/discover/context.ts';
import { discover } from '../../../lib/release/discover/discover.ts';
import { intake } from '../../../lib/release/intake/intake.ts';
import { runCommand } from '../../../lib/slack-app/commands/run.ts';
import { production } from '../support/context.ts';
import { createDiscovery } from '../support/discovery.ts';
import { alice } from '../support/harness.ts';
import { hooksOfApp } from '../support/hooks.ts';

const manifest = (image: string): string => `apiVersion: v1
kind: Pod
metadata: { name: x }
spec:
  containers: [{ name: x, image: '${image}' }]
`;

/** As if tagboat.yml had said so of production. */
const withEnvironment = (
  { config, ...context }: DiscoverContext,
  environment: Partial<EnvironmentConfig>,
): DiscoverContext => {
  const { app } = config.apps;
  if (app === undefined) throw new Error('the test configuration has no app');
  const environments = Object.fromEntries(
    Object.entries(app.environments).map(([name, one]) => [name, { ...one, ...environment }]),
  );
  return { ...context, config: { ...config, apps: { app: { ...app, environments } } } };
};

/** v1.1.0 was released, after a first look. */
const arrange = async () => {
  const discovery = await createDiscovery();
  const { look, hook, hooks, pushImage, repo, context } = discovery;
  pushImage('v1.0.0');
  await look();
  pushImage('v1.1.0');
  await hook(hooks.image('v1.1.0'));
  return {
    ...discovery,
    edit: (image: string): void => void repo.commits.push(manifest(image)),
    drift: (using = context) => listDrift({}, using),
    ...statusOf(discovery),
  };
};

/** As it is where `reconcile` is on, and anywhere else. */
const statusOf = ({ context, commands }: Awaited<ReturnType<typeof createDiscovery>>) => {
  const status = async (config = context.config) =>
    JSON.stringify(
      (
        await runCommand(
          { type: 'run', command: { type: 'status' }, asker: alice, id: 'status', at: context.clock.now() },
          { ...commands, config },
        )
      ).blocks,
    );
  return { status };
};

describe('a config repo that somebody changed by hand', () => {
  it('is shown, with what it has and since which release, and left alone', async () => {
    const { look, edit, status, drift, newest, history, repo } = await arrange();
    edit('example/app:v0.9.0');
    const commits = repo.commits.length;

    expect(await look()).toMatchObject({ drifted: 1, found: 0 });
    expect(await status()).toContain('the config repo has `v0.9.0`, changed by hand since #1 (`v1.1.0`)');
    expect(await drift()).toEqual([
      {
        app: 'app',
        environment: 'production',
        found: [{ tag: 'v0.9.0', digest: undefined }],
        unreadable: null,
        release: { id: (await newest())?.id, number: 1, tag: 'v1.1.0' },
        revision: '3'.padStart(40, '0'),
        since: expect.any(String),
      },
    ]);
    await look();
    expect(repo.commits).toHaveLength(commits);
    expect(await history()).toEqual(['#1 release v1.1.0 healthy']);
  });

  it('is shown where the image is gone from it', async () => {
    const { look, edit, status } = await arrange();
    edit('example/other:v1');

    await look();

    expect(await status()).toContain('the config repo has the image no more, changed by hand since #1');
  });

  it('is shown where it cannot be read any more, and why', async () => {
    const { look, repo, status, drift } = await arrange();
    repo.commits.push('image: "example/app:v1.1.0');

    expect(await look()).toMatchObject({ drifted: 1 });
    expect(await drift()).toMatchObject([
      {
        found: [],
        unreadable: { code: 'manifest-unparsable', message: expect.stringMatching(/^app\.yml:1/) },
      },
    ]);
    expect(await status()).toMatch(
      /the image in the config repo cannot be read any more since #1 \(`v1\.1\.0`\): `manifest-unparsable`: app\.yml:1/,
    );
  });

  it('is shown where it is refused what was written into it', async () => {
    const { look, edit, drift } = await arrange();
    edit('example/app:{{ .tag }}');

    await look();

    expect(await drift()).toMatchObject([{ unreadable: { code: 'manifest-refused' } }]);
  });

  it('is shown where what `fields` names is gone from it', async () => {
    const { look, repo, context, drift } = await arrange();
    const using = withEnvironment(context, { fields: [{ files: 'app.yml', path: 'spec.image' }] });
    repo.commits.push('spec: { containers: [{ name: x }] }');

    expect(await look(10, using)).toMatchObject({ drifted: 1 });
    expect(await drift(using)).toMatchObject([{ found: [], unreadable: null }]);
  });

  it('is compared again once tagboat.yml says something else of it', async () => {
    const { look, context, drift } = await arrange();
    const wrong = withEnvironment(context, { fields: [{ files: 'app.yml', path: 'spec.image' }] });
    expect(await look(10, wrong)).toMatchObject({ drifted: 1 });

    expect(await look()).toMatchObject({ drifted: 0 });
    expect(await drift()).toEqual([]);
  });

  it('is not shown where nobody looks any more', async () => {
    const { look, edit, status, drift, context } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    const { reconcile: _reconcile, ...config } = context.config;

    expect([await drift({ ...context, config }), await status(config)]).toEqual([
      [],
      expect.not.stringContaining('changed by hand'),
    ]);
  });

  it('is not shown any more once it is changed back', async () => {
    const { look, edit, status, drift } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    edit('example/app:v1.1.0');

    expect(await look()).toMatchObject({ drifted: 0 });
    expect([await drift(), (await status()).includes('changed by hand')]).toEqual([[], false]);
  });

  it('is not shown any more as soon as a release has its commit', async () => {
    const { look, edit, hook, hooks, pushImage, status, drift } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    pushImage('v1.2.0');
    await hook(hooks.image('v1.2.0', 'event-2'));

    expect([await drift(), (await status()).includes('changed by hand')]).toEqual([[], false]);
    expect(await look()).toMatchObject({ drifted: 0 });
  });

  it('is not taken for it while a release is about to be committed, of which Git knows first', async () => {
    const { look, edit, hooks, pushImage, context, clock, drift } = await arrange();
    pushImage('v1.2.0');
    await intake(hooks.image('v1.2.0', 'event-2'), context);
    edit('example/app:v1.2.0');

    clock.advance(600_000);
    expect(await discover(context, 120_000)).toMatchObject({ looks: 1, drifted: 0 });
    await look();
    expect(await drift()).toEqual([]);
  });

  it('keeps since when it is known, when something else in it changes', async () => {
    const { look, edit, drift } = await arrange();
    edit('example/app:v0.9.0');
    await look();
    const [first] = await drift();
    edit('example/app:v0.9.0');
    await look();
    const [second] = await drift();

    expect(second?.since).toBe(first?.since);
    expect(second?.revision).not.toBe(first?.revision);
  });

  it('is read only where its branch has moved', async () => {
    const { look, context } = await arrange();
    let reads = 0;
    const openRemote: typeof context.openRemote = async (...given) => {
      const remote = await context.openRemote(...given);
      return {
        tip: async (options) => {
          const tip = await remote.tip(options);
          return {
            ...tip,
            read: (file) => {
              reads += 1;
              return tip.read(file);
            },
          };
        },
      };
    };
    const using = { ...context, openRemote };
    await look(10, using);
    await look(10, using);

    expect(reads).toBe(1);
  });

  it('was not changed by hand where nothing was committed, or an undo was', async () => {
    const discovery = await createDiscovery();
    expect(await discovery.look()).toMatchObject({ drifted: 0 });
    const { look, say, hook, hooks, pushImage } = await arrange();
    pushImage('v1.2.0');
    await hook(hooks.image('v1.2.0', 'event-2'));
    await say({ type: 'undo', app: 'app' });

    expect(await look()).toMatchObject({ drifted: 0 });
  });
});

describe('two variants of an image in the same file', () => {
  const values = (web: string, browser: string): string =>
    `web: { image: 'example/app:${web}' }\nbrowser: { image: 'example/app${browser}' }\n`;
  const environmentOf = (pattern: string): EnvironmentConfig => ({
    ...production,
    deliver: 'agent',
    files: ['app.yml'],
    tags: { pattern, order: 'numeric' },
  });
  const arrangeTwo = async (browser: string) => {
    const discovery = await createDiscovery(
      {},
      {
        text: values('build-1', browser),
        app: {
          environments: {
            production: environmentOf('build-(\\d+)'),
            browser: environmentOf('build-(\\d+)-chromium'),
          },
        },
      },
    );
    await discovery.hook(hooksOfApp.dockerhub('build-2'));
    return { ...discovery, drift: () => listDrift({}, discovery.context) };
  };

  it('do not drift when the other one is released', async () => {
    const { hook, look, drift, repo } = await arrangeTwo(':build-1-chromium');
    await hook(hooksOfApp.dockerhub('build-2-chromium'));
    expect(repo.commits.at(-1)).toBe(values('build-2', ':build-2-chromium'));

    expect(await look()).toMatchObject({ drifted: 0 });
    expect(await drift()).toEqual([]);
  });

  it('do not drift for a place of the other one that has no tag', async () => {
    const { look, repo } = await arrangeTwo(`@sha256:${'a'.repeat(64)}`);
    expect(repo.commits.at(-1)).toBe(values('build-2', `@sha256:${'a'.repeat(64)}`));

    expect(await look()).toMatchObject({ drifted: 0 });
  });

  it('drift each by what is in their own places', async () => {
    const { look, drift, repo } = await arrangeTwo(':build-1-chromium');
    repo.commits.push(values('build-1', ':build-1-chromium'));

    await look();

    expect(await drift()).toMatchObject([
      { environment: 'production', found: [{ tag: 'build-1' }], release: { tag: 'build-2' } },
    ]);
  });
});
