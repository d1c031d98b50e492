import { randomUUID } from 'node:crypto';
import type { ScheduledEvent } from 'aws-lambda';
import type { LambdaFunction } from './lambda/function.ts';
import type { FunctionDescription } from './service/service.ts';

/** What EventBridge sends when a rule's time has come. @param detail what the rule of a schedule has none of */
export const scheduledEvent = (
  now: number = Date.now(),
  detail: ScheduledEvent['detail'] = {},
): ScheduledEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: new Date(now).toISOString(),
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:000000000000:rule/local'],
  detail,
});

/** How soon after the start every schedule runs for the first time, in milliseconds. */
const firstRunMs = 1000;

/**
 * Invokes functions on their schedules, and once soon after the start: what queues held right before the process was killed is
 * lost, and what was under way needs its jobs sent again. Nothing else ran meanwhile, and the event says so: nobody has to
 * be waited for.
 * @returns a function that ends it
 */
export const startSchedules = (
  descriptions: readonly FunctionDescription[],
  functions: ReadonlyMap<string, LambdaFunction>,
): (() => void) => {
  const timers = descriptions.flatMap(({ name, schedules }) => {
    const run = (detail = {}) => void functions.get(name)?.invoke(scheduledEvent(Date.now(), detail));
    return schedules.flatMap((milliseconds) => [
      setTimeout(run, firstRunMs, { nothingRuns: true }),
      setInterval(run, milliseconds),
    ]);
  });
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
};
