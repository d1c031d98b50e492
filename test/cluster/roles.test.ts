import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { type Cluster, connect } from '../../lib/cluster/connect/connect.ts';
import type { ApiRequest } from '../../lib/cluster/connect/transport.ts';
import { defaultKinds } from '../../lib/cluster/deliver/allowed-kinds.ts';
import { type Delivery, deliver } from '../../lib/cluster/deliver/deliver.ts';
import { setPaused } from '../../lib/cluster/deliver/pause.ts';
import { createPreflight } from '../../lib/cluster/deliver/preflight.ts';
import { watchRollout } from '../../lib/cluster/watch/watch-rollout.ts';
import { startEmbedded } from '../agreement/embedded.ts';
import { standIn } from '../agreement/judge.ts';
import { type Host, openHost } from '../agreement/serve.ts';
import { delivery, type Kind, manifest, refOf, rolloutOf } from '../realcluster/manifest.ts';

type Mode = Delivery['mode'];
type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
};

/** `patch deployments.apps`, of all rules of the Role in a file. */
const allowedBy = (file: string): readonly string[] => {
  const text = readFileSync(new URL(`../../infra/cluster/${file}`, import.meta.url), 'utf8');
  const documents = parseAllDocuments(text).map(
    (document) => document.toJS() as { readonly kind: string; readonly rules?: readonly Rule[] },
  );
  // None of them is a ClusterRole, and none is bound beyond its namespace.
  expect(documents.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Role', 'RoleBinding']);
  return documents.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`),
        ),
      ),
    ),
  );
};

const path = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/**
 * What a request needs, as the API server authorizes it; nothing for discovery and reviews, which everybody may ask for.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
 */
const neededFor = ({ method, path: at, query, body }: ApiRequest): readonly string[] => {
  const [, group, resource = '', name, subresource] = path.exec(at) ?? [];
  if (resource === '') {
    expect(at).toMatch(/^\/(?:api\/v1|apis\/[^/]+\/[^/]+(?:\/selfsubjectaccessreviews)?)$/);
    return [];
  }
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}${group === undefined ? '' : `.${group}`}`;
  const reading = name !== undefined ? 'get' : query?.watch === true ? 'watch' : 'list';
  const verbs = {
    GET: [reading],
    POST: ['create'],
    // A server-side apply creates what is not there.
    PATCH: body?.type === 'application/apply-patch+yaml' ? ['create', 'patch'] : ['patch'],
    DELETE: ['delete'],
  }[method];
  return verbs.map((verb) => `${verb} ${what}`);
};

/** The cluster, and what all that is sent to it needs. */
const recording = (cluster: Cluster) => {
  const needed = new Set<string>();
  const note = (request: ApiRequest): ApiRequest => {
    for (const one of neededFor(request)) needed.add(one);
    return request;
  };
  const { json, text, lines } = cluster.api;
  const api: Cluster['api'] = {
    json: (request, options) => json(note(request), options),
    text: (request) => text(note(request)),
    lines: (request, seconds) => lines(note(request), seconds),
  };
  return { cluster: { ...cluster, api }, needed };
};

const kinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];
const beside = ['Service', 'ConfigMap']
  .map((kind) =>
    stringify({
      apiVersion: 'v1',
      kind,
      metadata: { name: 'web' },
      ...(kind === 'Service' ? { spec: { ports: [{ port: 80 }] } } : {}),
    }),
  )
  .join('---\n');
/** Of the same image: a CronJob, and a Job with a new name for each release. */
const jobs = (tag: string): string =>
  ['CronJob', 'Job']
    .map((kind) => {
      const image = `acme/okeydokey:${tag}`;
      const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image }] } } };
      return stringify({
        apiVersion: 'batch/v1',
        kind,
        metadata: { name: kind === 'Job' ? `web-${tag}` : 'web' },
        spec: kind === 'Job' ? spec : { schedule: '@daily', jobTemplate: { spec } },
      });
    })
    .join('---\n');
const documents = (kind: Kind, tag: string): string =>
  `${beside}---\n${jobs(tag)}---\n${manifest(kind, tag)}`;

/** Everything that releases of a mode do: checked, delivered, healthy, failed and explained, freed by an undo, paused. */
const needsOf = async (host: Host, mode: Mode): Promise<readonly string[]> => {
  const needed = new Set<string>();
  for (const kind of kinds) {
    const embedded = await startEmbedded(host, standIn);
    const admin = connect({ kubeconfig: embedded.kubeconfig });
    const tagboat = recording(connect({ kubeconfig: embedded.kubeconfig }));
    const namespace = await embedded.createNamespace();
    const release = async (tag: string) => {
      const text = documents(kind, tag);
      if (mode === 'agent') await deliver(admin, delivery(namespace, tag, text));
      const ours = delivery(namespace, tag, mode === 'set-image' ? 'tag: x' : text, mode);
      await createPreflight(tagboat.cluster)(ours);
      const workloads = await deliver(tagboat.cluster, ours);
      return await watchRollout(tagboat.cluster, {
        ...rolloutOf(kind, namespace, tag, 300, { clock: embedded.clock(1), mode }),
        workloads,
      });
    };
    const play = async (): Promise<void> => {
      if (mode === 'set-image') await deliver(admin, delivery(namespace, '0', documents(kind, '0')));
      const first = await release('1');
      // Nobody plays Argo's controller: what is asked until the deadline is what counts.
      expect(first.type).toBe(kind === 'Rollout' ? 'failed' : 'healthy');
      expect((await release('crash-1')).type).toBe('failed');
      await release('2');
      const pauses = mode !== 'agent' && (kind === 'Deployment' || kind === 'Rollout');
      if (pauses) await setPaused(tagboat.cluster, [refOf(kind, namespace)], true);
    };
    try {
      await embedded.run(play());
    } finally {
      admin.close();
      tagboat.cluster.close();
      await embedded.close();
    }
    for (const one of tagboat.needed) needed.add(one);
  }
  return [...needed];
};

describe('the Role for', () => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost();
  });
  afterAll(() => host.close());

  it.each([
    ['apply', 'deployer.yml'],
    ['set-image', 'set-image.yml'],
    ['agent', 'agent.yml'],
  ] as const)('deliver: %s (%s) allows what is asked for, and no more', async (mode, file) => {
    expect(allowedBy(file).toSorted()).toEqual((await needsOf(host, mode)).toSorted());
  });

  it('deliver: apply allows the kinds that every environment allows', () => {
    const plural = (kind: string): string => {
      const [name = '', ...group] = kind.split('.');
      return [`${name.toLowerCase()}s`, ...group].join('.');
    };
    const patched = allowedBy('deployer.yml').filter((one) => one.startsWith('patch '));
    expect(patched.toSorted()).toEqual(defaultKinds.map((kind) => `patch ${plural(kind)}`).toSorted());
  });
});
