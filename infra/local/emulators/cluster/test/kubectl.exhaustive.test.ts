import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKubectl, openKubectl } from './kubectl.ts';
import { followSlow, isPullFailing, kinds, undo } from './kubectl-kinds.ts';
import { isRolledOut, workload } from './support.ts';

// All of it through kubectl, and every kind.
describe.skipIf(!hasKubectl).concurrent('kubectl on every kind', () => {
  let opened: Awaited<ReturnType<typeof openKubectl>>;
  beforeAll(async () => {
    opened = await openKubectl();
  });
  afterAll(() => opened.close());

  it.each(kinds)('follows a good rollout of a $kind to its end', async ({ kind, plural, done }) => {
    const { kubectl, until, apps } = await opened.enter();
    await kubectl('apply --server-side -f -', workload(kind, 'web', '1'));
    await kubectl(`rollout status ${plural}/web`);

    await kubectl(`set image ${plural}/web app=registry.test/web:2`);
    const status = await kubectl(`rollout status ${plural}/web`);

    expect(status.trim().split('\n').at(-1)).toBe(done);
    expect(isRolledOut(await until(apps(plural, 'web'), () => true))).toBe(true);
  });

  it.each(kinds)('waits for a slow rollout of a $kind, and follows it to its end', (one) =>
    followSlow(() => opened.enter(), one),
  );

  it.each(kinds)('undoes a $kind', (one) => undo(() => opened.enter(), one));

  it.each(kinds)('never sees a bad rollout of a $kind end', async ({ kind, plural }) => {
    const { kubectl, run, watch, core } = await opened.enter();
    await kubectl('apply --server-side -f -', workload(kind, 'web', '1'));
    await kubectl(`rollout status ${plural}/web`);

    await kubectl(`set image ${plural}/web app=registry.test/web:missing`);
    for await (const { object } of watch(`${core('pods')}?watch=1`)) if (isPullFailing(object)) break;
    const { code, stderr } = await run(`rollout status ${plural}/web --timeout=1s`);

    expect(code).toBe(1);
    expect(stderr).toContain('timed out waiting for the condition');
    expect(await kubectl('get pods')).toMatch(/ErrImagePull|ImagePullBackOff/);
  });

  it.each(kinds)('gives up a slow rollout of a $kind when told to', async ({ kind, plural }) => {
    const { kubectl, run, namespace } = await opened.enter();
    await kubectl('apply --server-side -f -', workload(kind, 'web', `held-${namespace}`));

    expect((await run(`rollout status ${plural}/web --timeout=1s`)).code).toBe(1);
  });
});
