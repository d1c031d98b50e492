import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apps, core, hasKubectl, isRolledOut, setImage, startKubectl, workload } from './support.ts';

const kinds = [
  { kind: 'Deployment', plural: 'deployments', done: 'deployment "web" successfully rolled out' },
  {
    kind: 'StatefulSet',
    plural: 'statefulsets',
    done: 'partitioned roll out complete: 3 new pods have been updated...',
  },
  { kind: 'DaemonSet', plural: 'daemonsets', done: 'daemon set "web" successfully rolled out' },
] as const;

describe.skipIf(!hasKubectl)('kubectl', () => {
  it.each(kinds)('follows a good rollout of a $kind to its end', async ({ kind, plural, done }) => {
    const { kubectl, until } = await startKubectl();
    await kubectl('apply --server-side -f -', workload(kind, 'web', '1'));
    await kubectl(`rollout status ${plural}/web --timeout=5m`);

    await kubectl(`set image ${plural}/web app=registry.test/web:2`);
    const status = await kubectl(`rollout status ${plural}/web --timeout=5m`);

    expect(status.trim().split('\n').at(-1)).toBe(done);
    expect(isRolledOut(await until(apps(plural, 'web'), () => true))).toBe(true);
  });

  it.each(kinds)('waits for a slow rollout of a $kind', async ({ kind, plural, done }) => {
    const { kubectl, run } = await startKubectl();
    const readyAfter = (ms: string) => ({ 'tagboat.dev/ready-after-ms': ms });
    await kubectl('apply --server-side -f -', workload(kind, 'held', '1', {}, {}, readyAfter('3600000')));
    await kubectl('apply --server-side -f -', workload(kind, 'web', '1', {}, {}, readyAfter('700')));

    const impatient = await run(['rollout', 'status', `${plural}/held`, '--timeout=300ms']);
    const patient = await kubectl(`rollout status ${plural}/web --timeout=5m`);

    expect(impatient.code).toBe(1);
    expect(patient.trim().split('\n').at(-1)).toBe(done);
  });

  it.each(kinds)('never sees a bad rollout of a $kind end', async ({ kind, plural }) => {
    const { kubectl, run } = await startKubectl();
    await kubectl('apply --server-side -f -', workload(kind, 'web', '1'));
    await kubectl(`rollout status ${plural}/web --timeout=5m`);

    await kubectl(`set image ${plural}/web app=registry.test/web:missing`);
    const { code, stderr } = await run(['rollout', 'status', `${plural}/web`, '--timeout=400ms']);

    expect(code).toBe(1);
    expect(stderr).toContain('timed out waiting for the condition');
    expect(await kubectl('get pods')).toMatch(/ErrImagePull|ImagePullBackOff/);
  });

  it('says that a Deployment exceeded its progress deadline', async () => {
    const { kubectl, run } = await startKubectl();
    const spec = { progressDeadlineSeconds: 1 };
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', 'missing', spec));

    const { code, stderr } = await run(['rollout', 'status', 'deploy/web', '--timeout=10s']);

    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 1,
      stderr: 'error: deployment "web" exceeded its progress deadline',
    });
  });

  it('applies the same twice without a change', async () => {
    const { kubectl, call } = await startKubectl();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await kubectl('rollout status deploy/web --timeout=10s');
    const before = await call('GET', apps('deployments', 'web'));

    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));

    const after = await call('GET', apps('deployments', 'web'));
    expect(after.body).toEqual(before.body);
  });

  it('reports the conflict with another field manager, and overrides it when told to', async () => {
    const { kubectl, run } = await startKubectl();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await kubectl('set image deploy/web app=registry.test/web:2');

    const refused = await run(
      ['apply', '--server-side', '-f', '-'],
      JSON.stringify(workload('Deployment', 'web', '3')),
    );
    await kubectl('apply --server-side --force-conflicts -f -', workload('Deployment', 'web', '3'));

    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="app"].image',
    );
    expect(await kubectl('get deploy web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe(
      'registry.test/web:3',
    );
  });

  it('applies on the client side too', async () => {
    const { kubectl } = await startKubectl();
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
    const { kubectl } = await startKubectl();
    const versioned = (tag: string) => ({
      ...workload('Deployment', 'web', tag),
      metadata: { name: 'web', annotations: { 'kubernetes.io/change-cause': `okeydokey ${tag}` } },
    });
    for (const tag of ['1', '2', '3']) {
      await kubectl('apply --server-side -f -', versioned(tag));
      await kubectl('rollout status deploy/web --timeout=10s');
    }

    const history = await kubectl('rollout history deploy/web');
    await kubectl('rollout undo deploy/web --to-revision=1');
    await kubectl('rollout status deploy/web --timeout=10s');

    expect(history.trim().split('\n').slice(2)).toEqual([
      '1         okeydokey 1',
      '2         okeydokey 2',
      '3         okeydokey 3',
    ]);
    expect((await kubectl('rollout history deploy/web')).trim().split('\n').slice(2)).toEqual([
      '2         okeydokey 2',
      '3         okeydokey 3',
      '4         okeydokey 1',
    ]);
    expect(await kubectl('get pods -o jsonpath={.items[*].spec.containers[0].image}')).toBe(
      'registry.test/web:1 registry.test/web:1 registry.test/web:1',
    );
  });

  it.each(kinds.slice(1))('undoes a $kind', async ({ kind, plural }) => {
    const { kubectl } = await startKubectl();
    for (const tag of ['1', '2']) {
      await kubectl('apply --server-side -f -', workload(kind, 'web', tag));
      await kubectl(`rollout status ${plural}/web --timeout=5m`);
    }

    const history = await kubectl(`rollout history ${plural}/web`);
    const undone = await kubectl(`rollout undo ${plural}/web`);
    await kubectl(`rollout status ${plural}/web --timeout=5m`);

    expect(history.trim().split('\n').slice(2)).toEqual(['1         <none>', '2         <none>']);
    expect(undone).toBe(`${kind.toLowerCase()}.apps/web rolled back\n`);
    expect(await kubectl(`get ${plural} web -o jsonpath={.spec.template.spec.containers[0].image}`)).toBe(
      'registry.test/web:1',
    );
  });

  it('pauses and resumes a rollout', async () => {
    const { kubectl, until } = await startKubectl();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await kubectl('rollout status deploy/web --timeout=10s');

    await kubectl('rollout pause deploy/web');
    await kubectl('set image deploy/web app=registry.test/web:2');
    const paused = await until(
      apps('deployments', 'web'),
      ({ status, metadata }) => status.observedGeneration === metadata.generation,
    );
    const reason = paused.status.conditions?.find(({ type }) => type === 'Progressing')?.reason;
    const updated = paused.status.updatedReplicas;
    await kubectl('rollout resume deploy/web');
    await kubectl('rollout status deploy/web --timeout=10s');

    expect({ reason, updated }).toEqual({ reason: 'DeploymentPaused', updated: undefined });
    expect(await kubectl('get pods -o jsonpath={.items[0].spec.containers[0].image}')).toBe(
      'registry.test/web:2',
    );
  });

  it('prints logs, those of the crashed run too', async () => {
    const { kubectl, until } = await startKubectl();
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'app', image: 'registry.test/web:1-crash' }] },
    };
    await kubectl('apply --server-side -f -', pod);
    await until(core('pods', 'web'), ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0);

    expect(await kubectl('logs web --previous --tail=1')).toBe('exit status 1\n');
    expect(await kubectl('logs web --previous')).toContain('panic: cannot start registry.test/web:1-crash');
  });

  it('lists the way people read it', async () => {
    const { kubectl } = await startKubectl();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await kubectl('rollout status deploy/web --timeout=10s');
    const columns = async (what: string): Promise<string[]> =>
      ((await kubectl(`get ${what}`)).split('\n')[0] ?? '').trim().split(/\s{2,}/);

    expect(await columns('deploy')).toEqual(['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE']);
    expect(await columns('rs')).toEqual(['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE']);
    expect(await columns('pods')).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
    expect(await columns('nodes')).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
    expect(await columns('events')).toEqual(['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']);
    expect(await kubectl('auth can-i create pods')).toBe('yes\n');
    expect(await kubectl('describe deploy web')).toContain('NewReplicaSetAvailable');
  });

  it('watches with get -w', async () => {
    const { kubectl, call, kubeconfig: _text, cluster, origin } = await startKubectl();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await kubectl('rollout status deploy/web --timeout=10s');
    const cache = mkdtempSync(join(tmpdir(), 'tagboat-kubectl-'));
    onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
    const child = spawn('kubectl', [
      ...['--server', origin, '--token', cluster.token, '--insecure-skip-tls-verify'],
      ...['--cache-dir', cache],
      ...['get', 'deploy', 'web', '-w', '-o', 'jsonpath={.spec.template.spec.containers[0].image}{"\\n"}'],
    ]);
    let seen = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const first = seen === '';
        seen += chunk.toString();
        if (first)
          void call(
            'PATCH',
            apps('deployments', 'web'),
            setImage('2'),
            'application/strategic-merge-patch+json',
          );
        if (seen.includes('web:2')) resolve();
      });
    });
    child.kill();
    expect([...new Set(seen.trim().split('\n'))]).toEqual(['registry.test/web:1', 'registry.test/web:2']);
  });

  it('scales, and deletes with everything below', async () => {
    const { kubectl } = await startKubectl();
    await kubectl('apply --server-side -f -', workload('Deployment', 'web', '1'));
    await kubectl('scale deploy web --replicas=5');
    await kubectl('rollout status deploy/web --timeout=10s');
    const scaled = await kubectl('get pods --no-headers');
    await kubectl('delete deploy web --cascade=foreground');

    expect(scaled.trim().split('\n')).toHaveLength(5);
    expect(await kubectl('get deploy,rs,pods')).toBe('');
  });

  it('creates what it sends as Protocol Buffers', async () => {
    const { kubectl, call } = await startKubectl();
    await kubectl('create namespace team');
    await kubectl('create configmap settings -n team --from-literal=greeting=Grüße');
    await kubectl('create secret generic keys -n team --from-literal=a=b');
    const read = async (what: string) => (await call('GET', `/api/v1/namespaces/team/${what}`)).body;

    expect((await read('configmaps/settings')).data).toEqual({ greeting: 'Grüße' });
    expect(await read('secrets/keys')).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } });
    await kubectl('delete namespace team');
    expect(await kubectl('get namespace team --ignore-not-found')).toBe('');
  });

  it('is told why an object is not valid', async () => {
    const { run } = await startKubectl();
    const broken = workload('Deployment', 'web', '1', { selector: { matchLabels: { app: 'other' } } });

    const { code, stderr } = await run(['apply', '--server-side', '-f', '-'], JSON.stringify(broken));

    expect(code).toBe(1);
    expect(stderr).toContain(
      'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
    );
  });
});
