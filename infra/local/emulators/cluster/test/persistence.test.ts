import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  apps,
  core,
  fastTimings,
  isRolledOut,
  patchType,
  setImage,
  startCluster,
  workload,
} from './support.ts';

const temporary = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-cluster-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};
const web = apps('deployments', 'web');

describe('the state', () => {
  it('survives a restart: objects, token, running containers', async () => {
    const directory = temporary();
    const first = await startCluster({ directory });
    await first.call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    await first.until(web, isRolledOut);
    const { body: before } = await first.call('GET', core('pods'));
    await first.close();

    const second = await startCluster({ directory });
    const { body: after } = await second.call('GET', core('pods'));

    expect(second.cluster.token).toBe(first.cluster.token);
    expect(after.items.map(({ metadata }) => metadata.uid)).toEqual(
      before.items.map(({ metadata }) => metadata.uid),
    );
    expect(after.items.map(({ status }) => status.containerStatuses?.[0]?.restartCount)).toEqual([0, 0, 0]);
    await second.call('PATCH', web, setImage('2'), patchType.strategic);
    expect(
      (await second.until(web, isRolledOut)).metadata.annotations?.['deployment.kubernetes.io/revision'],
    ).toBe('2');
  });

  it('goes on with a rollout that was interrupted', async () => {
    const directory = temporary();
    const first = await startCluster({ directory, timings: { ...fastTimings, readyMs: 60_000 } });
    await first.call('POST', apps('deployments'), workload('Deployment', 'web', '1'));
    await first.call('POST', apps('statefulsets'), workload('StatefulSet', 'web', '1'));
    await first.until(core('pods', 'web-0'), ({ status }) => status.phase === 'Running');
    await first.close();

    const second = await startCluster({ directory });
    await second.until(web, isRolledOut);
    await second.until(apps('statefulsets', 'web'), isRolledOut);
  });

  it('forgets watches of before: 410', async () => {
    const directory = temporary();
    const first = await startCluster({ directory });
    await first.call('POST', core('configmaps'), { metadata: { name: 'a' } });
    await first.close();
    const second = await startCluster({ directory });
    for await (const event of second.watch(`${core('configmaps')}?watch=1&resourceVersion=2`)) {
      expect(event).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    }
  });

  it.each([
    { name: 'truncated', text: '{"token":"x","objects":[' },
    { name: 'something else', text: '[]' },
    { name: 'empty', text: '' },
  ])('is moved aside where the file is $name', async ({ text }) => {
    const directory = temporary();
    writeFileSync(join(directory, 'cluster.json'), text);
    const { call, close } = await startCluster({ directory });
    expect((await call('GET', '/api/v1/nodes')).body.items).toHaveLength(2);
    await close();

    const files = readdirSync(directory).sort();
    expect(files).toEqual(['cluster.json', expect.stringMatching(/^cluster\.json\.damaged-/)]);
    expect(readFileSync(join(directory, String(files[1])), 'utf8')).toBe(text);
  });
});
