import path from 'node:path';
import { readService } from '../../../infra/local/runtime/service/service.ts';
import type { QueueName } from '../../../lib/queues/queues.ts';

const resources = {
  releases: 'ReleasesQueue',
  rollouts: 'RolloutsQueue',
  images: 'ImagesQueue',
  notifications: 'NotificationsQueue',
  commands: 'CommandsQueue',
  hooks: 'HooksQueue',
} as const satisfies Record<QueueName, string>;

/** Invocations of a queue's reader at the same time, as serverless.yml has them in `maximumConcurrency`. */
const concurrencies: Readonly<Record<QueueName, number>> = {
  releases: 10,
  rollouts: 50,
  images: 5,
  notifications: 5,
  commands: 10,
  hooks: 10,
};

export const queueNames = Object.keys(resources) as readonly QueueName[];

/** What is deployed, as far as it matters to messages: the numbers of serverless.yml and infra/aws/queues.yml. */
export const readDeployment = () => {
  const service = readService(path.resolve(import.meta.dirname, '../../../serverless.yml'));
  const queueOf = (name: QueueName) => {
    const id = resources[name];
    const resource = service.resources[id];
    const reader = service.functions.find(({ queues }) => queues.some(({ queue }) => queue === id));
    if (resource?.type !== 'queue' || reader === undefined) throw new Error(`nobody reads the queue ${name}`);
    return {
      isFifo: resource.attributes.FifoQueue === 'true',
      visibilityMs: Number(resource.attributes.VisibilityTimeout) * 1000,
      maxReceives: resource.redrive?.maxReceiveCount ?? Number.POSITIVE_INFINITY,
      batchSize: reader.queues.find(({ queue }) => queue === id)?.batchSize ?? 1,
      timeoutMs: reader.timeoutSeconds * 1000,
      concurrency: concurrencies[name],
    };
  };
  const timeoutMs = (name: string): number =>
    (service.functions.find((one) => one.name === name)?.timeoutSeconds ?? 0) * 1000;
  const scheduleMs = (name: string): number =>
    service.functions.find((one) => one.name === name)?.schedules[0] ?? 0;
  return { queueOf, timeoutMs, scheduleMs };
};
