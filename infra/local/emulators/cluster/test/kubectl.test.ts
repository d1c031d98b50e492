import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubectl, type Kubectl, openKubectl } from './kubectl.ts';
import { deployment, followSlow, give, isPullFailing, rollOut, statefulSet, undo } from './kubectl-kinds.ts';
import { isRolledOut, workload } from './support.ts';

describe.skipIf(!hasKubectl).concurrent('kubectl', () => {
  let opened: Awaited<ReturnType<typeof openKubectl>>;
  beforeAll(async () => {
    opened = await openKubectl();
  });
  afterAll(() => opened.close());
  const enter = (): Promise<Kubectl> => opened.enter();

  it('waits for a slow rollout of a Deployment, and follows it to its end', () =>
    followSlow(enter, deployment));

  // StatefulSets and DaemonSets: kubectl.exhaustive.test.ts.
  it('never sees a bad rollout end', async () => {
    const web = await enter();
    await rollOut(web, deployment);
    await give(web, 'deployments', 'missing');
    const pods = web.watch(`${web.core('pods')}?watch=1`);
    for await (const { object } of pods) if (isPullFailing(object)) break;

    const { code, stderr } = await web.run('rollout status deploy/web --timeout=1s');

    expect(code).toBe(1);
    expect(stderr).toContain('timed out waiting for the condition');
    expect(await web.kubectl('get pods')).toMatch(/ErrImagePull|ImagePullBackOff/);
  });

  it('says that a Deployment exceeded its progress deadline', async () => {
    const { call, run, apps } = await enter();
    const spec = { progressDeadlineSeconds: 1 };
    await call('POST', apps('deployments'), workload('Deployment', 'web', 'missing', spec));

    const { code, stderr } = await run('rollout status deploy/web');

    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 1,
      stderr: 'error: deployment "web" exceeded its progress deadline',
    });
  });

  it('applies the same twice without a change', async () => {
    const { kubectl, call, until, apps } = await enter();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await until(apps('deployments', 'web'), isRolledOut);
    const before = await call('GET', apps('deployments', 'web'));

    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));

    const after = await call('GET', apps('deployments', 'web'));
    expect(after.body).toEqual(before.body);
  });

  it('reports the conflict with another field manager, and overrides it when told to', async () => {
    const web = await enter();
    await rollOut(web, deployment);
    await web.kubectl('set image deploy/web app=registry.test/web:2');

    const refused = await web.run('apply --server-side -f -', workload('Deployment', 'web', '3'));
    await web.kubectl('apply --server-side --force-conflicts -f -', workload('Deployment', 'web', '3'));

    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="app"].image',
    );
    const { body } = await web.call('GET', web.apps('deployments', 'web'));
    expect(JSON.stringify(body.spec)).toContain('"image":"registry.test/web:3"');
  });

  it('applies on the client side too', async () => {
    const { kubectl } = await enter();
    expect(await kubectl('apply -f -', workload('Deployment', 'web', '1'))).toBe(
      'deployment.apps/web created\n',
    );
    expect(await kubectl('apply -f -', workload('Deployment', 'web', '1'))).toBe(
      'deployment.apps/web unchanged\n',
    );
    expect(await kubectl('apply -f -', workload('Deployment', 'web', '2'))).toBe(
      'deployment.apps/web configured\n',
    );
  });

  it('shows the history with its causes, and undoes to any revision', async () => {
    const web = await enter();
    for (const tag of ['1', '2', '3'])
      await rollOut(web, deployment, tag, {
        metadata: { name: 'web', annotations: { 'kubernetes.io/change-cause': `okeydokey ${tag}` } },
      });

    const history = await web.kubectl('rollout history deploy/web');
    await web.kubectl('rollout undo deploy/web --to-revision=1');
    await web.until(
      web.apps('deployments', 'web'),
      (seen) => isRolledOut(seen) && JSON.stringify(seen.spec).includes('web:1'),
    );

    expect(history.trim().split('\n').slice(2)).toEqual([
      '1         okeydokey 1',
      '2         okeydokey 2',
      '3         okeydokey 3',
    ]);
    expect((await web.kubectl('rollout history deploy/web')).trim().split('\n').slice(2)).toEqual([
      '2         okeydokey 2',
      '3         okeydokey 3',
      '4         okeydokey 1',
    ]);
  });

  it('undoes a StatefulSet', () => undo(enter, statefulSet));

  it('pauses and resumes a rollout', async () => {
    const web = await enter();
    const path = web.apps('deployments', 'web');
    await rollOut(web, deployment);

    await web.kubectl('rollout pause deploy/web');
    await give(web, 'deployments', '2');
    const paused = await web.until(
      path,
      ({ status, metadata, spec }) =>
        JSON.stringify(spec).includes('web:2') && status.observedGeneration === metadata.generation,
    );
    const reason = paused.status.conditions?.find(({ type }) => type === 'Progressing')?.reason;
    const updated = paused.status.updatedReplicas;
    await web.kubectl('rollout resume deploy/web');

    expect({ reason, updated }).toEqual({ reason: 'DeploymentPaused', updated: undefined });
    expect(await web.until(path, (seen) => seen.spec.paused !== true && isRolledOut(seen))).toBeDefined();
  });

  it('prints logs, those of the crashed run too', async () => {
    const { kubectl, call, until, core } = await enter();
    await call('POST', core('pods'), {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } },
      spec: { containers: [{ name: 'app', image: 'registry.test/web:1-crash' }] },
    });
    await until(core('pods', 'web'), ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0);

    expect(await kubectl('logs web --previous --tail=1')).toBe('exit status 1\n');
    expect(await kubectl('logs web --previous')).toContain('panic: cannot start registry.test/web:1-crash');
  });

  it('lists the way people read it', async () => {
    const web = await enter();
    await rollOut(web, deployment);
    const listed = await web.kubectl('get deploy,rs,pods,nodes,events');
    const columns = listed.split('\n\n').map((table) => (table.split('\n')[0] ?? '').trim().split(/\s{2,}/));

    expect(columns).toEqual([
      ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
      ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE'],
      ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
      ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'],
      ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
    ]);
    expect(await web.kubectl('auth can-i create pods')).toBe('yes\n');
    expect(await web.kubectl('describe deploy web')).toContain('NewReplicaSetAvailable');
  });

  it('watches with get -w', async () => {
    const web = await enter();
    await rollOut(web, deployment);
    const columns = 'jsonpath={.spec.template.spec.containers[0].image}{"\\n"}';

    const watching = web.follow(`get deploy web -w -o ${columns}`);
    await watching.said('web:1');
    await give(web, 'deployments', '2');
    await watching.said('web:2');
    watching.stop();

    const { stdout } = await watching.ended;
    expect([...new Set(stdout.trim().split('\n'))]).toEqual(['registry.test/web:1', 'registry.test/web:2']);
  });

  it('scales, and deletes with everything below', async () => {
    const web = await enter();
    await rollOut(web, deployment);
    await web.kubectl('scale deploy web --replicas=5');
    await web.until(web.apps('deployments', 'web'), (seen) => seen.spec.replicas === 5 && isRolledOut(seen));
    const count = async (path: string) => (await web.call('GET', path)).body.items.length;
    const scaled = await count(web.core('pods'));
    await web.kubectl('delete deploy web --cascade=foreground');

    expect(scaled).toBe(5);
    for (const path of [web.apps('deployments'), web.apps('replicasets'), web.core('pods')])
      expect(await count(path)).toBe(0);
  });

  it('creates what it sends as Protocol Buffers', async () => {
    const { kubectl, call, namespace } = await enter();
    const team = `${namespace}-team`;
    await kubectl(`create namespace ${team}`);
    await kubectl(`create configmap settings -n ${team} --from-literal=greeting=Grüße`);
    await kubectl(`create secret generic keys -n ${team} --from-literal=a=b`);
    await kubectl(
      `create deployment web -n ${team} --image=example/web:v1 --replicas=2 --port=8080 -- sleep 1d`,
    );
    await kubectl(`create service clusterip web -n ${team} --tcp=80:8080`);
    await kubectl(`create job once -n ${team} --image=example/web:v1 -- true`);
    await kubectl(`create cronjob nightly -n ${team} --image=example/web:v1 --schedule=@daily`);
    const read = async (what: string) => await call('GET', `/api/v1/namespaces/${team}${what}`);

    expect((await read('/configmaps/settings')).body.data).toEqual({ greeting: 'Grüße' });
    expect((await read('/secrets/keys')).body).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } });
    const of = async (path: string) => (await call('GET', `/apis/${path}`)).body;
    expect(await of(`apps/v1/namespaces/${team}/deployments/web`)).toMatchObject({
      metadata: { labels: { app: 'web' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'example/web:v1',
                command: ['sleep', '1d'],
                ports: [{ containerPort: 8080 }],
              },
            ],
          },
        },
      },
    });
    expect((await read('/services/web')).body.spec).toMatchObject({
      type: 'ClusterIP',
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080 }],
    });
    expect((await of(`batch/v1/namespaces/${team}/jobs/once`)).spec).toMatchObject({
      template: {
        spec: { containers: [{ image: 'example/web:v1', command: ['true'] }], restartPolicy: 'Never' },
      },
    });
    expect((await of(`batch/v1/namespaces/${team}/cronjobs/nightly`)).spec).toMatchObject({
      schedule: '@daily',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } },
    });
    await kubectl(`delete namespace ${team}`);
    expect((await read('')).status).toBe(404);
  });

  it('is told why an object is not valid', async () => {
    const { run } = await enter();
    const broken = workload('Deployment', 'web', '1', { selector: { matchLabels: { app: 'other' } } });

    const { code, stderr } = await run('apply --server-side -f -', broken);

    expect(code).toBe(1);
    expect(stderr).toContain(
      'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
    );
  });
});
