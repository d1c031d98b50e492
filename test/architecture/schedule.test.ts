import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as schedule from '../../lib/release/queue/schedule.ts';

const read = (file: string): unknown =>
  parse(readFileSync(path.join(import.meta.dirname, '..', '..', file), 'utf8'));

type Queue = {
  readonly VisibilityTimeout: number;
  readonly RedrivePolicy: { readonly maxReceiveCount: number };
};
const { Resources } = read('infra/aws/queues.yml') as {
  readonly Resources: Readonly<Record<string, { readonly Properties: Queue }>>;
};
const queue = (name: string): Queue => {
  const found = Resources[name]?.Properties;
  if (found === undefined) throw new Error(`infra/aws/queues.yml has no ${name}`);
  return found;
};

const deployed = read('serverless.yml') as {
  readonly provider: { readonly timeout: number };
  readonly functions: Readonly<
    Record<string, { readonly timeout?: number; readonly events: readonly { readonly schedule?: string }[] }>
  >;
};
const timeoutMs = (name: string): number => {
  const found = deployed.functions[name];
  if (found === undefined) throw new Error(`serverless.yml has no function ${name}`);
  return (found.timeout ?? deployed.provider.timeout) * 1000;
};

describe('the schedule of a release', () => {
  it.each([
    ['release-worker', schedule.pickUpMs, timeoutMs('release-worker')],
    ['image-poller', schedule.pickUpMs, timeoutMs('image-poller')],
    // What it watches is put off to the end of the watch.
    ['rollout-poller', schedule.unwatchedMs, schedule.invocationMarginMs],
  ])(
    'leaves %s the time to receive a job and to do it before reconcile sends another',
    (_name, graceMs, workMs) => {
      expect(graceMs).toBeGreaterThanOrEqual(schedule.queueLagMs + workMs);
    },
  );

  it.each([
    ['ReleasesQueue', schedule.pickUpMs],
    ['ImagesQueue', schedule.pickUpMs],
    ['RolloutsQueue', schedule.unwatchedMs],
  ])('gives a release up only after its first job in %s is a dead letter', (name, graceMs) => {
    const { VisibilityTimeout, RedrivePolicy } = queue(name);
    expect(schedule.maxResends * graceMs).toBeGreaterThanOrEqual(
      RedrivePolicy.maxReceiveCount * VisibilityTimeout * 1000,
    );
  });

  it('has reconcile run as often as something can be due', () => {
    const [rate] = deployed.functions.reconcile?.events.map((event) => event.schedule) ?? [];
    expect(rate).toBe(`rate(${schedule.pickUpMs / 60_000} minutes)`);
  });

  it('has the hook worker try for longer than the outages of a region have lasted', () => {
    const { VisibilityTimeout, RedrivePolicy } = queue('HooksQueue');
    expect(VisibilityTimeout * 1000).toBeGreaterThanOrEqual(6 * timeoutMs('hook-worker'));
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(10 * 3600);
  });

  it('has GitHub asked for redeliveries within the day that they are wanted, and each count once at a time', () => {
    const waits = Array.from({ length: schedule.maxRedeliveries }, (_, count) =>
      schedule.redeliveryWaitMs(count),
    );
    const [rate = ''] = deployed.functions.redeliver?.events.map((event) => event.schedule) ?? [];
    const everyMs = Number(/^rate\((\d+) minutes\)$/.exec(rate)?.[1]) * 60_000;
    const longestMs = waits.reduce((sum, wait) => sum + wait + everyMs, 0);

    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(longestMs).toBeLessThan(schedule.redeliveryMaxAgeMs);
    expect(timeoutMs('redeliver')).toBeLessThan(everyMs);
  });

  it('knows the last delivery of a command, which comes while it may still be answered', () => {
    const { VisibilityTimeout, RedrivePolicy } = queue('CommandsQueue');
    expect(schedule.commandMaxReceives).toBe(RedrivePolicy.maxReceiveCount);
    const lastAtMs = (schedule.commandMaxReceives - 1) * VisibilityTimeout * 1000;
    expect(lastAtMs + timeoutMs('slack-worker')).toBeLessThan(schedule.commandMaxAgeMs);
  });

  it('leases a command for longer than an invocation lasts, and until it is delivered again', () => {
    expect(schedule.commandLeaseMs).toBeGreaterThan(timeoutMs('slack-worker'));
    expect(schedule.commandLeaseMs).toBeLessThan(queue('CommandsQueue').VisibilityTimeout * 1000);
  });

  it('leases a notifier for longer than an invocation lasts, and until its job is delivered again', () => {
    expect(schedule.notifyLeaseMs).toBeGreaterThan(timeoutMs('notifier'));
    expect(schedule.notifyLeaseMs).toBeLessThanOrEqual(queue('NotificationsQueue').VisibilityTimeout * 1000);
  });

  it('has every wait within an invocation end before the invocation does', () => {
    expect(schedule.notifyLeaseTries * schedule.notifyLeaseRetryMs).toBeLessThan(timeoutMs('notifier'));
    expect(schedule.webhookRegistryMs + schedule.deferHookMs).toBeLessThan(timeoutMs('webhook'));
    expect(schedule.pausedWatchMs + schedule.invocationMarginMs).toBeLessThan(timeoutMs('rollout-poller'));
  });
});
