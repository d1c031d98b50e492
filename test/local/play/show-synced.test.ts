import { expect, it } from 'vitest';
import type { Built, StandIn, Synced, Target } from '../../../infra/local/gitops/gitops.ts';
import { showSynced } from '../../../infra/local/play/show-synced.ts';
import { createTerminal } from '../../../infra/local/terminal/terminal.ts';
import { TagboatError } from '../../../lib/errors.ts';

const target = (environmentName: string, namespace = environmentName): Target => ({
  app: 'web',
  environmentName,
  image: 'docker.io/acme/web',
  environment: {
    on: 'tag-push',
    tags: { semver: '*' },
    configRepo: 'config',
    files: ['web.yml'],
    cluster: 'here',
    namespace,
    deliver: 'agent',
    timeout: 300,
    imageTimeout: 900,
    onFailure: 'notify',
    notify: {},
  },
});

type Parts = {
  readonly objects?: readonly string[];
  readonly kustomize?: Built;
  readonly carriers?: StandIn['carriers'];
  readonly namespace?: string;
};

const applied = (name: string, { objects = [], kustomize, carriers, namespace }: Parts): Synced => ({
  type: 'applied',
  target: target(name, namespace),
  revision: 'a',
  fingerprint: 'a',
  applied: { objects, unknownKinds: [], refused: [] },
  unreadable: [],
  kustomize,
  standIn: carriers === undefined ? undefined : { name: 'web', reference: 'acme/web:v1', carriers },
  isCarried: true,
  tag: 'v1',
});

const show = (...synced: readonly Synced[]): readonly string[] => {
  let text = '';
  showSynced(synced, createTerminal({ write: (written: string) => (text += written) }));
  return text.trimEnd().split('\n').slice(2);
};

it.each<[string, Parts, string]>([
  ['HelmRelease', { carriers: ['HelmRelease'] }, 'nothing here makes workloads of kind HelmRelease'],
  ['values', { carriers: ['values'] }, 'nothing here renders the chart of these Helm values'],
  [
    'a Kustomization that cannot be built',
    {
      carriers: ['Kustomization'],
      kustomize: { type: 'failed', tool: 'kustomize', message: 'no such file' },
    },
    'kustomize could not build it: no such file',
  ],
])('says why there is a stand-in: %s', (_name, parts, why) => {
  expect(show(applied('prod', parts))).toEqual([
    `  ✓ web → prod: a stand-in, Deployment web, runs acme/web:v1: ${why}`,
  ]);
});

it('names what was applied beside a stand-in, and not the stand-in twice', () => {
  const parts = { objects: ['Namespace web', 'Deployment web'], carriers: ['values'] };

  expect(show(applied('prod', parts))[0]).toMatch(/^ {2}✓ web → prod: Namespace web applied; a stand-in, /);
});

it('says what is in the way', () => {
  const error = new TagboatError('git-denied', 'the Git server wants other credentials');

  expect(show({ type: 'failed', target: target('prod'), error })).toEqual([
    '  ! web → prod: the Git server wants other credentials',
  ]);
});

it('warns where environments of an app share a namespace, as they have but one cluster here', () => {
  const parts = { objects: ['Deployment web'], namespace: 'default' };

  expect(show(applied('staging', parts), applied('prod', parts)).at(-1)).toBe(
    '  ! web: staging, prod are all in the namespace default of the embedded cluster; give each a `namespace` of its own',
  );
  expect(show(applied('staging', { objects: ['Deployment web'] }), applied('prod', parts))).toHaveLength(2);
});
