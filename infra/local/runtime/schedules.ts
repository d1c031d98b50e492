import { randomUUID } from 'node:crypto';
import type { ScheduledEvent } from 'aws-lambda';
import type { LambdaFunction } from './lambda/function.ts';
import type { FunctionDescription } from './service/service.ts';

/** What EventBridge sends when a rule's time has come. */
export const scheduledEvent = (now: number = Date.now()): ScheduledEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: new Date(now).toISOString(),
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:000000000000:rule/local'],
  detail: {},
});

/** How soon after the start every schedule runs for the first time, in milliseconds. */
const firstRunMs = 1000;

/**
 * Invokes functions on their schedules, and once soon after the start: queues do not outlive the process, and what was
 * under way when it ended needs its jobs sent again.
 * @returns a function that ends it
 */
export const startSchedules = (
  descriptions: readonly FunctionDescription[],
  functions: ReadonlyMap<string, LambdaFunction>,
): (() => void) => {
  const timers = descriptions.flatMap(({ name, schedules }) => {
    const run = () => void functions.get(name)?.invoke(scheduledEvent());
    return schedules.flatMap((milliseconds) => [setTimeout(run, firstRunMs), setInterval(run, milliseconds)]);
  });
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
};
