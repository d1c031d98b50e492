import { describe, expect, test } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { deliver } from '../../lib/cluster/deliver/deliver.ts';
import { setPaused } from '../../lib/cluster/deliver/pause.ts';
import type { Pod } from '../../lib/cluster/objects/objects.ts';
import { causes, type Fixture, type InNamespace, release } from './fixture.ts';
import { delivery, kinds, manifest, refOf } from './manifest.ts';

const missingConfigMap = {
  containers: [
    { name: 'web', image: 'acme/okeydokey:notready-1', envFrom: [{ configMapRef: { name: 'none-such' } }] },
  ],
};

/** What a real kubelet writes where the ConfigMap is missing; on clusters whose kubelet does not look. False: too early. */
const playKubelet = async ({ read, patch }: Fixture): Promise<boolean> => {
  const { items } = (await read('pods')) as { readonly items: readonly Pod[] };
  const containers = items.map(({ metadata, status }) => ({
    name: metadata.name,
    container: status?.containerStatuses?.[0],
  }));
  for (const { name, container } of containers) {
    if (container === undefined) return false;
    if (container.state?.waiting?.reason === 'CreateContainerConfigError') continue;
    const waiting = { reason: 'CreateContainerConfigError', message: 'configmap "none-such" not found' };
    const containerStatuses = [{ ...container, ready: false, state: { waiting } }];
    await patch(`pods/${name}/status`, { status: { containerStatuses } });
  }
  return containers.length > 0;
};

/** Where the patience with what is so already is over. */
const later = (clock: Clock): Clock => ({ ...clock, now: () => clock.now() + 60_000 });

const setPodImages = async ({ read, patch }: Fixture, image: string): Promise<void> => {
  const { items } = (await read('pods')) as { readonly items: readonly Pod[] };
  for (const { metadata } of items)
    await patch(`pods/${metadata.name}`, { spec: { containers: [{ name: 'web', image }] } }, 'strategic');
};

/** Ready again with it, in the words of their kubelet. */
const run = async ({ read }: Fixture, image: string): Promise<boolean> => {
  const { items } = (await read('pods')) as { readonly items: readonly Pod[] };
  return items.every(({ status }) =>
    status?.containerStatuses?.every(
      (container) => container.ready && (container.name !== 'web' || container.image === image),
    ),
  );
};

/** What `kubectl rollout status` does not see, or waits for in vain. */
export const describeBeyondKubectl = (inNamespace: InNamespace): void => {
  describe.each(kinds)('%s beyond kubectl', (kind) => {
    test('pods that were given another image are not the release; a mirror of it is', () =>
      inNamespace(async (fixture) => {
        await release(fixture, kind, '1.0.0', { judge: '' });
        await setPodImages(fixture, 'acme/okeydokey:0.9.0');
        await fixture.until(() => run(fixture, 'acme/okeydokey:0.9.0'));
        const other = await fixture.watch(kind, '1.0.0', 6);
        expect(causes(other)).toEqual(['other-image', 'timeout']);
        await setPodImages(fixture, 'mirror.example/acme/okeydokey:1.0.0');
        const mirrored = await fixture.watch(kind, '1.0.0', 20);
        expect(mirrored).toMatchObject({ type: 'healthy', notes: [] });
      }));

    test('a ConfigMap that is missing fails after a while, with its name', () =>
      inNamespace(async (fixture) => {
        const { cluster, namespace } = fixture;
        await deliver(
          cluster,
          delivery(namespace, 'notready-1', manifest(kind, 'notready-1', {}, missingConfigMap)),
        );
        await fixture.until(() => playKubelet(fixture));
        const clock = later(fixture.clock(1));
        const verdict = await fixture.watch(kind, 'notready-1', 120, { clock });
        expect(causes(verdict)).toEqual(['missing-reference']);
        expect(JSON.stringify(verdict)).toContain('none-such');
      }));
  });

  test('a StatefulSet whose new pods are not available yet is waited for', ({ skip }) =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      const text = manifest('StatefulSet', '1.0.0', { minReadySeconds: 3, replicas: 1 });
      await deliver(cluster, delivery(namespace, '1.0.0', text)).catch((error: Error) => {
        skip(error.message.includes('minReadySeconds'), 'the server is older than 1.22');
        throw error;
      });
      const messages: string[] = [];
      const verdict = await fixture.watch('StatefulSet', '1.0.0', 30, {
        onProgress: ({ message }) => messages.push(message),
      });
      expect(verdict).toMatchObject({ type: 'healthy' });
      expect(messages).toContain(
        'Waiting for statefulset "web": 0 of 1 new pods are available (minReadySeconds is 3)...',
      );
    }));

  test('pause holds a rollout, and resume lets it end', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      await release(fixture, 'Deployment', '1.0.0', { judge: '' });
      const refs = [refOf('Deployment', namespace)];
      expect(await setPaused(cluster, refs, true)).toEqual([{ ref: refs[0], changed: true }]);
      expect(await setPaused(cluster, refs, true)).toEqual([{ ref: refs[0], changed: false }]);
      // The manifest does not say whether it is paused, and so its apply leaves that alone.
      await deliver(cluster, delivery(namespace, '1.0.1', manifest('Deployment', '1.0.1')));
      const deadline = Number.POSITIVE_INFINITY;
      const until = fixture.clock(1).now() + 1000;
      const paused = await fixture.watch('Deployment', '1.0.1', 60, { deadline, until });
      expect(paused).toMatchObject({ type: 'pending', progress: { phase: 'paused' } });
      expect(await setPaused(cluster, refs, false)).toEqual([{ ref: refs[0], changed: true }]);
      expect((await fixture.watch('Deployment', '1.0.1', 60, { deadline })).type).toBe('healthy');
    }));

  test('an undo of a Deployment that exceeded its progress deadline is not that failure again', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      const spec = { replicas: 1, progressDeadlineSeconds: 3 };
      await release(fixture, 'Deployment', '1.0.0', { spec, judge: '' });
      const failed = await release(fixture, 'Deployment', 'notready-1', { spec, judge: '' });
      expect(causes(failed.verdict)).toEqual(['not-ready', 'progress-deadline']);
      // RolloutVerdict from before, so that the moment is not missed at which kubectl would say it.
      const watching = fixture.watch('Deployment', '1.0.0', 60, {
        mode: 'agent',
        onProgress: ({ phase }) => {
          if (phase === 'waiting-for-agent')
            void deliver(cluster, delivery(namespace, '1.0.0', manifest('Deployment', '1.0.0', spec)));
        },
      });
      expect((await watching).type).toBe('healthy');
    }));

  test('an agent that does nothing is what is wrong', () =>
    inNamespace(async (fixture) => {
      await release(fixture, 'Deployment', '1.0.0', { judge: '' });
      const verdict = await fixture.watch('Deployment', '1.0.1', 1, { mode: 'agent' });
      expect(causes(verdict)).toEqual(['agent-waiting']);
    }));

  test('a StatefulSet that a broken pod of the release before blocks is given up where it may not be deleted', () =>
    inNamespace(async (fixture) => {
      const { cluster, namespace } = fixture;
      await release(fixture, 'StatefulSet', 'crash-1', { judge: '' });
      await deliver(cluster, delivery(namespace, '1.0.1', manifest('StatefulSet', '1.0.1')));
      const clock = later(fixture.clock(1));
      const verdict = await fixture.watch('StatefulSet', '1.0.1', 120, { mode: 'agent', clock });
      expect(causes(verdict)).toEqual(['crash-loop']);
      expect(JSON.stringify(verdict)).toContain('of the revision before');
    }));
};
