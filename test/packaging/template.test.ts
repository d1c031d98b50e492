import { beforeAll, describe, expect, it } from 'vitest';
import { awsAttempts } from '../../lib/aws-options.ts';
import { webhookRegistryMs } from '../../lib/release/queue/schedule.ts';
import { createTimeLeft } from '../../lib/time-left.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type DeployedFunction, packageTemplate, referenced, type Template } from './template.ts';

let template: Template;
beforeAll(async () => {
  template = await packageTemplate();
});

const allowedOn = ({ statements }: DeployedFunction, action: string): readonly string[] =>
  statements
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource.map(referenced));

/** The functions that a function leads to, by the jobs that it may send. */
const next = (from: DeployedFunction): readonly DeployedFunction[] => {
  const queues = allowedOn(from, 'sqs:SendMessage');
  return template.mappings
    .filter(({ queue }) => queues.includes(queue))
    .flatMap((mapping) => template.functions.filter(({ id }) => id === mapping.function));
};

const leadsBack = (start: DeployedFunction): boolean => {
  const seen = new Set<DeployedFunction>();
  const waiting = [...next(start)];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (one === start) return true;
    if (!seen.has(one)) waiting.push(...next(one));
    seen.add(one);
  }
  return false;
};

const find = <T extends { readonly id: string }>(all: readonly T[], id: string): T => {
  const found = all.find((one) => one.id === id);
  if (found === undefined) throw new Error(`the template has no ${id}`);
  return found;
};

describe('functions', () => {
  it('may be invoked in a loop just where one of their own jobs leads back to them', () => {
    const looping = template.functions.filter(leadsBack).map(({ id }) => id);

    expect(looping.toSorted()).toEqual([
      'ImageDashpollerLambdaFunction',
      'ReleaseDashworkerLambdaFunction',
      'RolloutDashpollerLambdaFunction',
    ]);
    expect(
      template.functions.filter(({ recursiveLoop }) => recursiveLoop === 'Allow').map(({ id }) => id),
    ).toEqual(looping);
  });

  it('have a role each, and there is no other', () => {
    expect(template.functions.map(({ role }) => role).toSorted()).toEqual(template.roles.toSorted());
    expect(new Set(template.roles).size).toBe(template.functions.length);
  });

  it('read just the queues that invoke them, and write to no log but their own', () => {
    for (const deployed of template.functions) {
      const read = template.mappings.filter((mapping) => mapping.function === deployed.id);
      expect(allowedOn(deployed, 'sqs:ReceiveMessage')).toEqual(read.map(({ queue }) => queue));
      const logs = deployed.statements.filter(({ Action }) => Action.includes('logs:PutLogEvents'));
      expect(logs).toHaveLength(1);
      expect(JSON.stringify(logs[0]?.Resource)).not.toContain('tagboat-production*');
    }
  });

  it('that answer requests answer before API Gateway gives up, which it does after 30 seconds', () => {
    expect(template.integrations.length).toBeGreaterThan(0);
    for (const { function: id, timeoutMs } of template.integrations) {
      expect(timeoutMs).toBeLessThanOrEqual(30_000);
      expect(find(template.functions, id).timeoutSeconds * 1000).toBeLessThan(timeoutMs);
    }
  });

  it('that answer requests have time for a lost connection to KMS, table and queue each, and a slow registry', () => {
    for (const { function: id } of template.integrations) {
      const clock = manualClock();
      const timeLeft = createTimeLeft(clock);
      timeLeft.begin(find(template.functions, id).timeoutSeconds * 1000);
      for (const share of [1, 1, 0.5]) clock.advance(timeLeft.forCall({ share }).requestTimeout);
      clock.advance(webhookRegistryMs);

      expect(timeLeft.forCall({ share: 0.5 }).requestTimeout * awsAttempts).toBeGreaterThanOrEqual(500);
    }
  });
});

describe('queues', () => {
  const read = () =>
    template.mappings.map((mapping) => ({ ...mapping, ...find(template.queues, mapping.queue) }));

  it('that a function reads, and dead-letter queues, are all there are', () => {
    const ids = [
      ...read().flatMap(({ id, redrive }) => [id, redrive?.deadLetters]),
      ...template.failures.map(({ deadLetters }) => deadLetters),
    ];
    expect(template.queues.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  it('hide a message for six times as long as it may be worked on', () => {
    for (const queue of read()) {
      const { timeoutSeconds } = find(template.functions, queue.function);
      expect(queue.visibilitySeconds, queue.id).toBeGreaterThanOrEqual(
        6 * timeoutSeconds + queue.batchWindowSeconds,
      );
      expect(queue.visibilitySeconds, queue.id).toBeLessThanOrEqual(12 * 3600);
    }
  });

  it('give a message up neither after a few receives nor within the minutes that an account may be throttled', () => {
    for (const { id, redrive, visibilitySeconds } of read()) {
      expect(redrive?.maxReceiveCount, id).toBeGreaterThanOrEqual(5);
      expect((redrive?.maxReceiveCount ?? 0) * visibilitySeconds, id).toBeGreaterThanOrEqual(20 * 60);
    }
  });

  it('are kept for longer as dead letters, whose age counts from when they were first sent', () => {
    for (const { id, redrive, retentionSeconds } of read())
      expect(find(template.queues, redrive?.deadLetters ?? '').retentionSeconds, id).toBeGreaterThan(
        retentionSeconds,
      );
  });

  it('are read by so many at a time, all together by less than half of what an account has', () => {
    const bounds = read().map(({ maximumConcurrency }) => maximumConcurrency ?? Number.POSITIVE_INFINITY);
    expect(bounds.reduce((sum, one) => sum + one, 0)).toBeLessThan(500);
  });
});

describe('the events of Amazon ECR', () => {
  it('invoke their function with pushes that succeeded, and nothing else', () => {
    expect(template.waiting).toEqual([
      {
        function: 'EcrDasheventsLambdaFunction',
        rate: undefined,
        pattern: {
          source: ['aws.ecr'],
          'detail-type': ['ECR Image Action'],
          detail: { 'action-type': ['PUSH'], result: ['SUCCESS'] },
        },
        deadLetters: 'EcrEventsDeadLetterQueue',
      },
    ]);
    expect(template.invokers).toContainEqual({
      function: 'EcrDasheventsLambdaFunction',
      principal: 'events.amazonaws.com',
    });
  });

  it('are kept where the function fails on them, which its role lets it', () => {
    expect(template.failures).toEqual([
      { function: 'EcrDasheventsLambdaFunction', attempts: 2, deadLetters: 'EcrEventsDeadLetterQueue' },
    ]);
    expect(allowedOn(find(template.functions, 'EcrDasheventsLambdaFunction'), 'sqs:SendMessage')).toContain(
      'EcrEventsDeadLetterQueue',
    );
  });

  it('lead to the registry just those functions that ask it', () => {
    const asking = template.functions.filter((one) =>
      one.statements.some(({ Action }) => Action.includes('ecr:GetAuthorizationToken')),
    );
    expect(asking.map(({ id }) => id).toSorted()).toEqual([
      'DiscoverLambdaFunction',
      'HookDashworkerLambdaFunction',
      'ImageDashpollerLambdaFunction',
      'RolloutDashpollerLambdaFunction',
      'WebhookLambdaFunction',
    ]);
  });
});

describe('alarms', () => {
  /** What the alarms on a metric watch. */
  const watched = (metric: string) =>
    template.alarms.filter((alarm) => alarm.metric === metric).map(({ of }) => of);

  it('go to the topic', () => {
    for (const { id, properties } of template.alarms)
      expect(properties.AlarmActions, id).toEqual([{ Ref: 'AlarmTopic' }]);
  });

  it('are set off by every function that fails, times out or is throttled', () => {
    const ids = template.functions.map(({ id }) => id).toSorted();
    expect(watched('AWS/Lambda Errors').toSorted()).toEqual(ids);
    expect(watched('AWS/Lambda Throttles').toSorted()).toEqual(ids);
  });

  it('are set off by every queue with a late message, later than a job may be delayed, and every dead letter', () => {
    const queues = template.queues.filter(({ redrive }) => redrive !== undefined);
    const late = template.alarms.filter(({ metric }) => metric === 'AWS/SQS ApproximateAgeOfOldestMessage');
    expect(watched('AWS/SQS ApproximateNumberOfMessagesVisible').toSorted()).toEqual(
      [
        ...queues.map(({ redrive }) => redrive?.deadLetters),
        ...template.failures.map(({ deadLetters }) => deadLetters),
      ].toSorted(),
    );
    expect(late.map(({ of }) => of).toSorted()).toEqual(queues.map(({ id }) => id).toSorted());
    for (const { properties } of late) expect(properties.Threshold).toBeGreaterThan(900);
  });

  it('are set off by a 5xx of the API', () => {
    expect(watched('AWS/ApiGateway 5xx')).toEqual(['HttpApi']);
  });

  it('are set off by a schedule that has stopped, of which no data says so', () => {
    expect(template.scheduled.map((rule) => rule.function)).toEqual(watched('AWS/Lambda Invocations'));
    const stopped = template.alarms.filter(({ metric }) => metric === 'AWS/Lambda Invocations');
    for (const { of, properties } of stopped) {
      const { rate = '' } = template.scheduled.find((rule) => rule.function === of) ?? {};
      const minutes = Number(/^rate\((\d+) minutes?\)$/.exec(rate)?.[1]);
      expect(properties).toMatchObject({
        Statistic: 'Sum',
        // Five invocations in a row
        Period: 5 * minutes * 60,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      });
    }
  });

  it('ignore what sends no data otherwise', () => {
    for (const { id, metric, properties } of template.alarms)
      if (metric !== 'AWS/Lambda Invocations') expect(properties.TreatMissingData, id).toBe('notBreaching');
  });
});
