import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '../../../../lib/logger.ts';
import type { LambdaFunction } from '../../runtime/lambda/function.ts';
import { type Poller, startPoller } from '../../runtime/queues/poller.ts';
import type { Service } from '../../runtime/service/service.ts';
import type { Created } from '../../runtime/service/values.ts';

/** Invocations per mapping at the same time. A watch on a rollout does little but wait, so this can be many. */
const concurrency = 10;

/** Short enough to be seen through to its end when the stack is closed. */
const patientPoll = { seconds: 1, breaksOff: false };

/** Starts one poller for every event source mapping of serverless.yml. */
export const startPollers = (
  service: Service,
  functions: ReadonlyMap<string, LambdaFunction>,
  options: {
    readonly client: SQSClient;
    readonly created: Readonly<Record<string, Created>>;
    readonly region: string;
    /** The queues are the stack's own. */
    readonly embedded: boolean;
    readonly retrySeconds: number | undefined;
    readonly deliverTwice: boolean | undefined;
    /** Awaited before each invocation, so that requests, whose clients wait, come before messages, which can. */
    readonly answered: () => Promise<void>;
    readonly logger: Logger;
  },
): readonly Poller[] =>
  service.functions.flatMap((description) =>
    description.queues.flatMap((mapping) => {
      const created = options.created[mapping.queue];
      const lambda = functions.get(description.name);
      if (created === undefined || lambda === undefined) return [];
      return [
        startPoller({
          client: options.client,
          queue: { url: created.ref, arn: created.arn, region: options.region },
          mapping,
          invoke: async (event) => {
            await options.answered();
            return lambda.invoke(event);
          },
          concurrency,
          longPoll: options.embedded ? undefined : patientPoll,
          retrySeconds: options.retrySeconds,
          deliverTwice: options.deliverTwice,
          logger: options.logger,
        }),
      ];
    }),
  );
