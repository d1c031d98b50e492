import { expect, it } from 'vitest';
import { createJobs, keyOf, parseMessage } from '../../../lib/release/queue/jobs.ts';

const key = { app: 'app', environment: 'production', id: '01KARV00000000000000000000' };
const release = { app: key.app, environment: key.environment, release: key.id };

type ReleaseQueue = Parameters<typeof parseMessage>[0];

const send = async () => {
  const sent: { readonly queue: ReleaseQueue; readonly body: string }[] = [];
  const jobs = createJobs({
    send: async (queue, body) => {
      if (queue === 'commands' || queue === 'hooks') throw new Error('no job of a release goes there');
      sent.push({ queue, body: JSON.stringify(body) });
    },
  });
  await jobs.processQueue('group', 'd');
  await jobs.processQueueLater('group', 'd', 4);
  await jobs.checkImage(key, 1, 2);
  await jobs.watchRollout(key, 1, 2);
  await jobs.notify(key, 'healthy');
  return sent;
};

it('reads every job as it was sent', async () => {
  for (const { queue, body } of await send()) expect(parseMessage(queue, body)).toEqual(JSON.parse(body));
  expect(keyOf(release)).toEqual(key);
});

it.each([
  ['releases', { type: 'work', group: 'g' }, 'process-queue'],
  ['images', { type: 'work-later', group: 'g', deduplication: 'd' }, 'delayed-process-queue'],
  ['images', { type: 'look', ...release, round: 3 }, 'check-image'],
  ['rollouts', { type: 'watch', ...release, round: 3 }, 'watch-rollout'],
] as const)('reads a message on %s that was sent before the job had its name: %o', (queue, body, type) => {
  expect(parseMessage(queue, JSON.stringify({ v: 1, ...body }))).toEqual({ v: 1, ...body, type });
});

it.each([
  ['releases', '{'],
  ['releases', '{"v":1,"type":"watch-rollout","group":"g"}'],
  ['images', '{"v":1,"type":"check-image","group":"g"}'],
  ['rollouts', '{"v":2}'],
] as const)('refuses a message on %s that is no job: %s', (queue, body) => {
  expect(() => parseMessage(queue, body)).toThrow(expect.objectContaining({ code: 'message-invalid' }));
});
