/** What is used of a function in serverless.yml. */
export type FunctionEntry = {
  readonly events: readonly {
    readonly sqs?: { readonly arn: { readonly 'Fn::GetAtt': readonly string[] } };
    readonly schedule?: string;
    readonly eventBridge?: { readonly deadLetterQueueArn?: unknown };
  }[];
};

/** What is used of a queue in queues.yml. */
export type QueueEntry = {
  readonly Properties: { readonly RedrivePolicy?: { readonly deadLetterTargetArn: unknown } };
};

type Alarm = {
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic: 'Sum' | 'Maximum';
  /** In seconds. */
  readonly Period: number;
  readonly Threshold: number;
  readonly ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly TreatMissingData: 'notBreaching' | 'breaching';
};

/**
 * From this age on, in seconds, a message is late: a job may be delayed by 900 seconds, the most that SQS takes, and is
 * then received within seconds.
 */
const lateSeconds = 1200;

/** After so many invocations in a row that did not come, a schedule has stopped. */
const missedInvocations = 5;

/**
 * The alarms of a deployment, all to one topic: a message or an event that was given up, a message that is late; a function that failed, timed out,
 * or was throttled; a schedule that has stopped; and answers of the API with a 5xx, since hosts do not send a hook again by
 * themselves.
 * @param functions of serverless.yml, by their names
 * @param queues of queues.yml, by their logical ids, dead-letter queues included
 */
export const alarms = (
  functions: Readonly<Record<string, FunctionEntry>>,
  queues: Readonly<Record<string, QueueEntry>>,
) => {
  const all = {
    ...collect(Object.entries(queues), ([id, queue]) => queueAlarms(id, queue, readerOf(id, functions))),
    ...collect(Object.entries(functions), ([name, { events }]) => ({
      ...functionAlarms(name),
      ...collect(events, ({ schedule }) => (schedule === undefined ? {} : scheduleAlarm(name, schedule))),
      ...collect(events, ({ eventBridge }) => lostEventAlarm(name, eventBridge?.deadLetterQueueArn)),
    })),
    ApiErrorsAlarm: {
      ...failure,
      AlarmDescription: 'A request was answered with a 5xx; look at the logs of the functions behind the API',
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
    },
  } satisfies Readonly<Record<string, Alarm>>;
  return {
    Resources: {
      AlarmTopic: {
        Type: 'AWS::SNS::Topic',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of osls
        Properties: { TopicName: '${self:service}-${sls:stage}-alarms' },
      },
      ...Object.fromEntries(Object.entries(all).map(([id, alarm]) => [id, resourceOf(alarm)])),
    },
    Outputs: {
      AlarmTopic: {
        Description: 'Subscribe to this topic to be told when something is wrong',
        Value: { Ref: 'AlarmTopic' },
      },
    },
  };
};

const resourceOf = (alarm: Alarm) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: { ...alarm, EvaluationPeriods: 1, AlarmActions: [{ Ref: 'AlarmTopic' }] },
});

/** One is enough, within five minutes. */
const failure = {
  Statistic: 'Sum',
  Period: 300,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
} as const;

const queueAlarms = (id: string, { Properties }: QueueEntry, reader: string | undefined) => {
  const target = Properties.RedrivePolicy?.deadLetterTargetArn;
  if (target === undefined) return {};
  const name = id.replace(/Queue$/, '');
  const log = `look at the log of ${reader}`;
  const metric = { ...failure, Namespace: 'AWS/SQS', Statistic: 'Maximum', Period: 60 } as const;
  return {
    [`${name}DeadLetterAlarm`]: {
      ...metric,
      AlarmDescription: `A message of ${id} could not be handled; ${log}`,
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: nameOf(logicalId(target)) }],
    },
    [`${name}LateAlarm`]: {
      ...metric,
      AlarmDescription: `A message of ${id} waits for more than ${lateSeconds / 60} minutes; ${log}`,
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: nameOf(id) }],
      Threshold: lateSeconds,
    },
  };
};

/** An event has no queue of its own: what a function could not take in goes straight to the dead letters. */
const lostEventAlarm = (name: string, deadLetters: unknown) =>
  deadLetters === undefined
    ? {}
    : {
        [`${normalized(name)}DeadLetterAlarm`]: {
          ...failure,
          AlarmDescription: `An event for ${name} could not be handled; look at its log`,
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Dimensions: [{ Name: 'QueueName', Value: nameOf(logicalId(deadLetters)) }],
          Statistic: 'Maximum' as const,
          Period: 60,
        },
      };

const functionAlarms = (name: string) => {
  const metric = { ...failure, Namespace: 'AWS/Lambda', Dimensions: dimensionsOf(name) };
  return {
    [`${normalized(name)}ErrorsAlarm`]: {
      ...metric,
      AlarmDescription: `${name} failed or timed out; look at its log`,
      MetricName: 'Errors',
    },
    [`${normalized(name)}ThrottlesAlarm`]: {
      ...metric,
      AlarmDescription: `${name} was throttled: the account has no room for another invocation`,
      MetricName: 'Throttles',
    },
  };
};

const scheduleAlarm = (name: string, schedule: string) => ({
  [`${normalized(name)}StoppedAlarm`]: {
    ...failure,
    AlarmDescription: `${name} is not invoked any more: what was lost is not sent again`,
    Namespace: 'AWS/Lambda',
    MetricName: 'Invocations',
    Dimensions: dimensionsOf(name),
    Period: missedInvocations * secondsOf(schedule),
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold' as const,
    TreatMissingData: 'breaching' as const,
  },
});

const dimensionsOf = (name: string) => [
  { Name: 'FunctionName', Value: { Ref: `${normalized(name)}LambdaFunction` } },
];

const nameOf = (queue: string) => ({ 'Fn::GetAtt': [queue, 'QueueName'] });

/** The function that reads a queue. */
const readerOf = (queue: string, functions: Readonly<Record<string, FunctionEntry>>): string | undefined =>
  Object.entries(functions).find(([, { events }]) =>
    events.some(({ sqs }) => sqs?.arn['Fn::GetAtt'][0] === queue),
  )?.[0];

/** `release-worker` is `ReleaseDashworker` in the logical ids that osls makes. */
const normalized = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');

const logicalId = (arn: unknown): string =>
  String((arn as { readonly 'Fn::GetAtt': readonly string[] })['Fn::GetAtt'][0]);

const unitSeconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

const secondsOf = (rate: string): number => {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rate) ?? [];
  if (count === undefined) throw new Error(`the schedule ${rate} is no rate in minutes, hours or days`);
  return Number(count) * (unitSeconds[unit] ?? 0);
};

const collect = <T, R>(
  values: readonly T[],
  entries: (value: T) => Readonly<Record<string, R>>,
): Readonly<Record<string, R>> => Object.assign({}, ...values.map(entries));
