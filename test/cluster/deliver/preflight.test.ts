import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../lib/cluster/deliver/deliver.ts';
import { createPreflight, openPreflight, type Preflight } from '../../../lib/cluster/deliver/preflight.ts';
import { image, workload } from '../support/fixture.ts';
import { sendJson, type TestServer, withServer } from '../support/server.ts';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:3' }] } } }
`;
const service = (name = 'web') => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\n`;
const rollout = workload('Rollout');
const referring = {
  ...rollout,
  spec: {
    replicas: 1,
    selector: rollout.spec.selector,
    workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  },
};

const delivery = (mode: Delivery['mode'], ...documents: readonly string[]): Delivery => ({
  mode,
  namespace: 'shop',
  image,
  tag: '3',
  files: [{ path: 'web.yml', text: documents.join('---\n') }],
  changeCause: 'okeydokey 3',
});

const resources: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '/api/v1': [['services', 'Service']],
  '/apis/apps/v1': [['deployments', 'Deployment']],
  '/apis/batch/v1': [['jobs', 'Job']],
  '/apis/argoproj.io/v1alpha1': [['rollouts', 'Rollout']],
};

type Attributes = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
};

type Role = {
  /** `patch deployments.apps`, or `patch deployments.apps web` for that name alone. */
  readonly denies?: (access: string) => boolean;
  /** What a review is answered with instead. */
  readonly review?: { readonly status: number; readonly body: unknown };
  /** Paths that are there, with their objects; anything else is answered 404. */
  readonly objects?: Readonly<Record<string, unknown>>;
  /** What may not be read. */
  readonly unread?: string;
};

/** Runs against a server that answers reviews by a role; `asked` are the reviews, in the order of their arrival. */
const withRole = (
  { denies = () => false, review, objects = {}, unread }: Role,
  use: (preflight: Preflight, asked: readonly string[], server: TestServer) => Promise<void>,
): Promise<void> => {
  const asked: string[] = [];
  return withServer(
    (request, response, url) => {
      const kinds = resources[url.pathname];
      if (kinds !== undefined)
        return sendJson(response, 200, {
          resources: kinds.map(([name, kind]) => ({ name, kind, namespaced: true })),
        });
      if (request.method === 'GET' && url.pathname === unread) return sendJson(response, 403, {});
      if (
        request.method === 'GET' &&
        /\/(?:deployments|statefulsets|daemonsets|rollouts)$/.test(url.pathname)
      )
        return sendJson(response, 200, { items: [] });
      if (request.method === 'GET')
        return sendJson(response, url.pathname in objects ? 200 : 404, objects[url.pathname] ?? {});
      if (request.method !== 'POST') throw new Error(`${request.method} ${url.pathname} changes something`);
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        const { spec } = JSON.parse(text) as { spec: { resourceAttributes: Attributes } };
        const { verb, group, resource, namespace, name } = spec.resourceAttributes;
        const access = `${verb} ${resource}${group && `.${group}`}${name === undefined ? '' : ` ${name}`}`;
        asked.push(namespace === 'shop' ? access : `${access} in ${namespace}`);
        if (review !== undefined) sendJson(response, review.status, review.body);
        else sendJson(response, 201, { status: { allowed: !denies(access) } });
      });
    },
    (server) => use(createPreflight(server.cluster), asked, server),
  );
};

const denying = (...accesses: readonly string[]) => ({
  denies: (access: string) => accesses.some((one) => access === one || access.startsWith(`${one} `)),
});

const webPath = '/apis/apps/v1/namespaces/shop/deployments/web';
const apps = { [webPath]: workload('Deployment') };

describe('apply', () => {
  it('asks once for each kind and verb, however many documents and releases there are', () =>
    withRole({}, async (preflight, asked) => {
      const release = delivery('apply', deployment, service('a'), service('b'));
      await Promise.all([preflight(release), preflight({ ...release, tag: '4' })]);

      expect(asked.toSorted()).toEqual([
        'create deployments.apps',
        'create services',
        'list deployments.apps',
        'patch deployments.apps',
        'patch services',
        'watch deployments.apps',
      ]);
    }));

  it.each([
    ['patch services', 'web.yml:6: the credentials may not patch services in namespace shop'],
    ['create services', 'web.yml:6: the credentials may not create services in namespace shop'],
    ['watch deployments.apps', 'web.yml:1: the credentials may not watch deployments.apps in namespace shop'],
  ])('is refused where the role lacks %s, with the document', (access, message) =>
    withRole(denying(access), (preflight) =>
      expect(preflight(delivery('apply', deployment, service()))).rejects.toMatchObject({
        code: 'cluster-forbidden',
        retry: 'terminal',
        message,
      }),
    ),
  );

  it('goes by the name where the role names what it is for', () =>
    withRole({ denies: (access) => access === 'patch services' }, async (preflight, asked) => {
      await preflight(delivery('apply', service('a'), service('b')));
      expect(asked.filter((access) => access.startsWith('patch')).toSorted()).toEqual([
        'patch services',
        'patch services a',
        'patch services b',
      ]);
    }));

  it('needs no create for what is there', () =>
    withRole(
      { ...denying('create services'), objects: { '/api/v1/namespaces/shop/services/web': {} } },
      (preflight) => preflight(delivery('apply', service())),
    ));

  it('leaves it open whether there is something that it may not read', () =>
    withRole({ ...denying('create services'), unread: '/api/v1/namespaces/shop/services/web' }, (preflight) =>
      preflight(delivery('apply', service())),
    ));

  it.each([
    ['a Helm chart', 'image: { repository: acme/okeydokey, tag: 3 }\n', 'manifest-not-applicable'],
    [
      'a Kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{ name: acme/okeydokey, newTag: 3 }]\n',
      'manifest-not-applicable',
    ],
    ['a name that is a path', service('..'), 'manifest-not-applicable'],
    [
      'another namespace',
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: team-b }\n',
      'manifest-not-applicable',
    ],
    [
      'a kind that is not allowed',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n',
      'kind-not-allowed',
    ],
    [
      'a kind of a version that the cluster does not serve',
      'apiVersion: apps/v9\nkind: Deployment\nmetadata: { name: a }\n',
      'cluster-refused',
    ],
  ])('refuses %s without asking what the role allows', (_, text, code) =>
    withRole({}, async (preflight, asked) => {
      await expect(preflight(delivery('apply', deployment, text))).rejects.toMatchObject({ code });
      expect(asked).toEqual([]);
    }),
  );
});

describe('apply, with a Job whose name stays the same', () => {
  const podOf = (reference: string) => ({
    spec: { template: { spec: { containers: [{ name: 'migrate', image: reference }] } } },
  });
  const job = `apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate }\nspec: ${JSON.stringify(podOf('acme/okeydokey:3').spec)}\n`;
  const path = '/apis/batch/v1/namespaces/shop/jobs/migrate';
  const isTrue = (type: string) => ({ type, status: 'True' });
  const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

  it.each([
    ['another tag', 'acme/okeydokey:2', job],
    [
      'another digest',
      `acme/okeydokey:3@${digest('a')}`,
      job.replace('okeydokey:3', `okeydokey:3@${digest('b')}`),
    ],
  ])('refuses it before the commit where it is there with %s', (_, reference, text) =>
    withRole({ objects: { [path]: podOf(reference) } }, (preflight) =>
      expect(preflight(delivery('apply', deployment, text))).rejects.toMatchObject({
        code: 'cluster-refused',
        retry: 'terminal',
        message: `web.yml:6: Job migrate is in the cluster with ${reference}, and Kubernetes does not let the pod template of a Job be changed; delete the Job, give it a new name for each release (\`generateName\`), or set \`replaceJobs: true\` for the environment`,
      }),
    ),
  );

  it('refuses one that has failed: it would not run again', () =>
    withRole(
      { objects: { [path]: { ...podOf('acme/okeydokey:3'), status: { conditions: [isTrue('Failed')] } } } },
      (preflight) =>
        expect(preflight(delivery('apply', deployment, job))).rejects.toMatchObject({
          code: 'cluster-refused',
          message: expect.stringContaining(
            'Job migrate is in the cluster and has failed, and Kubernetes does not run it again; delete the Job',
          ),
        }),
    ));

  describe('after its tag was pushed again', () => {
    const complete = (release?: string) => ({
      metadata: { annotations: release === undefined ? {} : { 'tagboat.dev/release': release } },
      ...podOf('acme/okeydokey:3'),
      status: { conditions: [isTrue('Complete')] },
    });
    const restarting = (more: Partial<Delivery> = {}): Delivery => ({
      ...delivery('apply', deployment, job),
      ...{ release: 'r2', restartedAt: '2026-11-27T20:00:00.000Z' },
      ...more,
    });

    it.each([
      ['of an earlier release', complete('r1')],
      ['that nobody knows of which release it is', complete()],
    ])('refuses one %s: it would not run the new image', (_, found) =>
      withRole({ objects: { [path]: found } }, (preflight) =>
        expect(preflight(restarting())).rejects.toMatchObject({
          code: 'cluster-refused',
          retry: 'terminal',
          message: expect.stringContaining(
            'Job migrate is in the cluster since before the tag was pushed again, and Kubernetes does not run it again for the new image; delete the Job, give it a new name for each release (`generateName`), or set `replaceJobs: true`',
          ),
        }),
      ),
    );

    it.each([
      ['that is this very release’s', complete('r2'), {}],
      ['that is replaced', complete('r1'), { replaceJobs: true }],
      ['where nothing is restarted', complete('r1'), { restartedAt: undefined }],
    ])('lets one pass %s', (_, found, more) =>
      withRole({ objects: { [path]: found } }, (preflight) => preflight(restarting(more))),
    );
  });

  it('leaves it alone in an undo', () =>
    withRole({ objects: { [path]: podOf('acme/okeydokey:2') } }, async (preflight, asked) => {
      await preflight({ ...delivery('apply', deployment, job), leavesJobs: true });
      expect(asked.filter((access) => access.includes('jobs'))).toEqual([]);
    }));

  describe('and is replaced', () => {
    const replacing = { ...delivery('apply', deployment, job), replaceJobs: true, release: 'r2' };
    const live = (release: string, ...conditions: readonly unknown[]) => ({
      metadata: { annotations: { 'tagboat.dev/release': release } },
      ...podOf('acme/okeydokey:2'),
      status: { conditions },
    });

    it.each([
      ['is complete', live('r1', isTrue('Complete'))],
      ['has failed', live('r1', isTrue('Failed'))],
      ['is this very release’s', live('r2')],
    ])('passes where it %s', (_, found) =>
      withRole({ objects: { [path]: found } }, async (preflight, asked) => {
        await preflight(replacing);
        expect(asked.filter((access) => access.includes('jobs')).toSorted()).toEqual([
          'create jobs.batch',
          'delete jobs.batch',
          'get jobs.batch',
          'patch jobs.batch',
        ]);
      }),
    );

    it.each([
      ['still runs', live('r1', isTrue('FailureTarget')), 'still runs, and is not ended by a release'],
      [
        'is on its way out',
        { ...live('r1'), metadata: { deletionTimestamp: '2026-11-27T20:00:00Z' } },
        'is still being deleted',
      ],
    ])('waits while it %s', (_, found, why) =>
      withRole({ objects: { [path]: found } }, (preflight) =>
        expect(preflight(replacing)).rejects.toMatchObject({
          code: 'job-running',
          retry: 'retryable',
          message: `web.yml:6: Job migrate of an earlier release ${why}`,
        }),
      ),
    );

    it('is refused where the role does not let it be deleted', () =>
      withRole(denying('delete jobs.batch'), (preflight) =>
        expect(preflight(replacing)).rejects.toMatchObject({ code: 'cluster-forbidden' }),
      ));
  });

  it('that goes first has to be watched', () =>
    withRole(denying('watch jobs.batch'), async (preflight) => {
      await preflight(delivery('apply', deployment, job));
      const first = job.replace('name: migrate', "name: migrate, annotations: { tagboat.dev/first: 'true' }");
      await expect(preflight(delivery('apply', deployment, first))).rejects.toMatchObject({
        code: 'cluster-forbidden',
      });
    }));

  it.each([
    ['is not there', {}],
    ['has that version already', { [path]: podOf('acme/okeydokey:3') }],
    ['has a digest from a webhook', { [path]: podOf(`acme/okeydokey:3@${digest('a')}`) }],
    ['has the image from a mirror', { [path]: podOf('mirror.local/acme/okeydokey:2') }],
  ])('lets it pass where it %s', (_, objects) =>
    withRole({ objects }, (preflight) => preflight(delivery('apply', deployment, job))),
  );

  it('lets it pass where it may not be read: the server decides', () =>
    withRole({ unread: path }, (preflight) => preflight(delivery('apply', deployment, job))));
});

describe('a server that does not say what is allowed', () => {
  it.each([
    ['to whom asking is not allowed', { status: 403, body: { reason: 'Forbidden' } }],
    ['that does not know the question', { status: 404, body: { reason: 'NotFound' } }],
    [
      'whose authorizer fails',
      { status: 201, body: { status: { allowed: false, evaluationError: 'no answer' } } },
    ],
  ])('%s lets the release go on', (_, review) =>
    withRole({ review }, (preflight) => preflight(delivery('apply', deployment))),
  );

  it.each([
    [
      'denies although something went wrong',
      { status: { allowed: false, denied: true, evaluationError: 'x' } },
    ],
    ['answers without a status', {}],
  ])('and one that %s stops it', (_, body) =>
    withRole({ review: { status: 201, body } }, (preflight) =>
      expect(preflight(delivery('apply', deployment))).rejects.toMatchObject({ code: 'cluster-forbidden' }),
    ),
  );

  it.each([
    [401, 'cluster-credentials-refused', 'terminal'],
    [503, 'cluster-unreachable', 'retryable'],
    [429, 'cluster-unreachable', 'retryable'],
  ] as const)('because it answers %i does not let it go on', (status, code, retry) =>
    withRole({ review: { status, body: {} } }, (preflight) =>
      expect(preflight(delivery('apply', deployment))).rejects.toMatchObject({ code, retry }),
    ),
  );
});

describe('set-image', () => {
  it('needs the workload', () =>
    withRole({}, (preflight) =>
      expect(preflight(delivery('set-image', deployment))).rejects.toMatchObject({
        code: 'workload-not-found',
      }),
    ));

  it('asks for nothing but the patch and the watch of what is there', () =>
    withRole({ objects: apps }, async (preflight, asked) => {
      await preflight(delivery('set-image', deployment));
      expect(asked.toSorted()).toEqual([
        'list deployments.apps',
        'patch deployments.apps',
        'watch deployments.apps',
      ]);
    }));

  it('is refused where the role may not patch it', () =>
    withRole({ ...denying('patch deployments.apps'), objects: apps }, (preflight) =>
      expect(preflight(delivery('set-image', deployment))).rejects.toMatchObject({
        code: 'cluster-forbidden',
        message: 'the credentials may not patch deployments.apps in namespace shop',
      }),
    ));

  it('patches the Deployment that an Argo Rollout has its template from', () =>
    withRole(
      { objects: { ...apps, '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web': referring } },
      async (preflight, asked) => {
        const text =
          'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: web }\nspec: { workloadRef: { kind: Deployment, name: web } }\n';
        await preflight(delivery('set-image', deployment, text));
        expect(asked).toContain('watch rollouts.argoproj.io');
        expect(asked).not.toContain('patch rollouts.argoproj.io');
      },
    ));
});

it('agent: asks nothing', () =>
  withRole({}, async (preflight, asked, { requests }) => {
    await preflight(delivery('agent', deployment));
    expect([asked, requests]).toEqual([[], []]);
  }));

describe('opening it', () => {
  it.each([
    [503, 'cluster-unreachable'],
    [429, 'cluster-unreachable'],
  ])('fails where the cluster answers %i', (status, code) =>
    withServer(
      (_, response) => sendJson(response, status, {}),
      async ({ cluster }) => {
        await expect(openPreflight(cluster)).rejects.toMatchObject({ code });
      },
    ),
  );

  it.each([200, 401, 403])('is done with any other answer, as %i; the checks say what it means', (status) =>
    withServer(
      (_, response) => sendJson(response, status, {}),
      async ({ cluster, requests }) => {
        await openPreflight(cluster);
        expect(requests.map(({ url }) => url.pathname)).toEqual(['/apis/apps/v1']);
      },
    ),
  );
});
