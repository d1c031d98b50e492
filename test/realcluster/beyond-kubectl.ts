import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { deliver } from '../../lib/cluster/deliver.ts';
import type { ObjectList, Pod } from '../../lib/cluster/objects.ts';
import { setPaused } from '../../lib/cluster/pause.ts';
import { watchRollout } from '../../lib/cluster/rollout.ts';
import {
  causes,
  delivery,
  type Field,
  inNamespace,
  kinds,
  kubectl,
  manifest,
  refOf,
  release,
  rolloutOf,
} from './harness.ts';

const missingConfigMap = {
  containers: [
    { name: 'web', image: 'acme/okeydokey:notready-1', envFrom: [{ configMapRef: { name: 'none-such' } }] },
  ],
};

/** What a real kubelet writes where the ConfigMap is missing; on clusters whose kubelet does not look. */
const playKubelet = async ({ cluster, namespace }: Field): Promise<void> => {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = (await cluster.api.json({ method: 'GET', path, what: 'list pods' })) as ObjectList<Pod>;
  const statuses = items?.map(({ metadata, status }) => ({
    name: metadata.name,
    container: status?.containerStatuses?.[0],
  }));
  if (statuses === undefined || statuses.length === 0) throw new Error('there is no pod yet');
  for (const { name, container } of statuses) {
    if (container === undefined) throw new Error(`${name} has not started yet`);
    if (container.state?.waiting?.reason === 'CreateContainerConfigError') continue;
    const waiting = { reason: 'CreateContainerConfigError', message: 'configmap "none-such" not found' };
    const containerStatuses = [{ ...container, ready: false, state: { waiting } }];
    await cluster.api.json({
      method: 'PATCH',
      path: `${path}/${name}/status`,
      body: { type: 'application/merge-patch+json', value: { status: { containerStatuses } } },
      what: 'play the kubelet',
    });
  }
};

/** What `kubectl rollout status` does not see, or waits for in vain. */
export const describeBeyondKubectl = (): void => {
  describe.each(kinds)('%s beyond kubectl', (kind) => {
    const podImage = async (namespace: string, image: string): Promise<void> => {
      const names = await kubectl('get', 'pods', '-n', namespace, '-o', 'name');
      for (const name of names.trim().split('\n'))
        await kubectl('set', 'image', name, `web=${image}`, '-n', namespace);
    };

    test('pods that were given another image are not the release; a mirror of it is', () =>
      inNamespace(async (field) => {
        const { cluster, namespace } = field;
        await release(field, kind, '1.0.0', { judge: '' });
        await podImage(namespace, 'acme/okeydokey:0.9.0');
        const other = await watchRollout(cluster, rolloutOf(kind, namespace, '1.0.0', 6));
        expect(causes(other)).toEqual(['other-image', 'timeout']);
        await podImage(namespace, 'mirror.example/acme/okeydokey:1.0.0');
        const mirrored = await watchRollout(cluster, rolloutOf(kind, namespace, '1.0.0', 20));
        expect(mirrored).toMatchObject({ type: 'healthy', notes: [] });
      }));

    test('a ConfigMap that is missing fails after a while, with its name', () =>
      inNamespace(async (field) => {
        const { cluster, namespace } = field;
        await deliver(
          cluster,
          delivery(namespace, 'notready-1', manifest(kind, 'notready-1', {}, missingConfigMap)),
        );
        await vi.waitFor(() => playKubelet(field), { timeout: 20_000, interval: 200 });
        // The patience with it is over.
        const clock = { ...systemClock, now: () => Date.now() + 60_000 };
        const verdict = await watchRollout(cluster, rolloutOf(kind, namespace, 'notready-1', 120, { clock }));
        expect(causes(verdict)).toEqual(['missing-reference']);
        expect(JSON.stringify(verdict)).toContain('none-such');
      }));
  });

  test('a StatefulSet whose new pods are not available yet is waited for', ({ skip }) =>
    inNamespace(async ({ cluster, namespace }) => {
      const text = manifest('StatefulSet', '1.0.0', { minReadySeconds: 3, replicas: 1 });
      await deliver(cluster, delivery(namespace, '1.0.0', text)).catch((error: Error) => {
        skip(error.message.includes('minReadySeconds'), 'the server is older than 1.22');
        throw error;
      });
      const messages: string[] = [];
      const verdict = await watchRollout(cluster, {
        ...rolloutOf('StatefulSet', namespace, '1.0.0', 30),
        onProgress: ({ message }) => messages.push(message),
      });
      expect(verdict).toMatchObject({ type: 'healthy' });
      expect(messages).toContain(
        'Waiting for statefulset "web": 0 of 1 new pods are available (minReadySeconds is 3)...',
      );
    }));

  test('pause holds a rollout, and resume lets it end', () =>
    inNamespace(async (field) => {
      const { cluster, namespace } = field;
      await release(field, 'Deployment', '1.0.0', { judge: '' });
      const refs = [refOf('Deployment', namespace)];
      expect(await setPaused(cluster, refs, true)).toEqual([{ ref: refs[0], changed: true }]);
      expect(await setPaused(cluster, refs, true)).toEqual([{ ref: refs[0], changed: false }]);
      // The manifest does not say whether it is paused, and so its apply leaves that alone.
      await deliver(cluster, delivery(namespace, '1.0.1', manifest('Deployment', '1.0.1')));
      const rollout = {
        ...rolloutOf('Deployment', namespace, '1.0.1', 60),
        deadline: Number.POSITIVE_INFINITY,
      };
      const paused = await watchRollout(cluster, { ...rollout, until: Date.now() + 1000 });
      expect(paused).toMatchObject({ type: 'pending', progress: { phase: 'paused' } });
      expect(await setPaused(cluster, refs, false)).toEqual([{ ref: refs[0], changed: true }]);
      expect((await watchRollout(cluster, rollout)).type).toBe('healthy');
    }));

  test('an undo of a Deployment that exceeded its progress deadline is not that failure again', () =>
    inNamespace(async (field) => {
      const { cluster, namespace } = field;
      const spec = { replicas: 1, progressDeadlineSeconds: 3 };
      await release(field, 'Deployment', '1.0.0', { spec, judge: '' });
      const failed = await release(field, 'Deployment', 'notready-1', { spec, judge: '' });
      expect(causes(failed.verdict)).toEqual(['not-ready', 'progress-deadline']);
      // Watched from before, so that the moment is not missed at which kubectl would say it.
      const watching = watchRollout(
        cluster,
        rolloutOf('Deployment', namespace, '1.0.0', 60, {
          mode: 'agent',
          onProgress: ({ phase }) => {
            if (phase === 'waiting-for-agent')
              void deliver(cluster, delivery(namespace, '1.0.0', manifest('Deployment', '1.0.0', spec)));
          },
        }),
      );
      expect((await watching).type).toBe('healthy');
    }));

  test('an agent that does nothing is what is wrong', () =>
    inNamespace(async (field) => {
      const { cluster, namespace } = field;
      await release(field, 'Deployment', '1.0.0', { judge: '' });
      const verdict = await watchRollout(
        cluster,
        rolloutOf('Deployment', namespace, '1.0.1', 1, { mode: 'agent' }),
      );
      expect(causes(verdict)).toEqual(['agent-waiting']);
    }));

  test('a StatefulSet that a broken pod of the release before blocks is given up where nobody may delete it', () =>
    inNamespace(async (field) => {
      const { cluster, namespace } = field;
      await release(field, 'StatefulSet', 'crash-1', { judge: '' });
      await deliver(cluster, delivery(namespace, '1.0.1', manifest('StatefulSet', '1.0.1')));
      // The patience with it is over.
      const clock = { ...systemClock, now: () => Date.now() + 60_000 };
      const verdict = await watchRollout(
        cluster,
        rolloutOf('StatefulSet', namespace, '1.0.1', 120, { mode: 'agent', clock }),
      );
      expect(causes(verdict)).toEqual(['crash-loop']);
      expect(JSON.stringify(verdict)).toContain('of the revision before');
    }));
};
