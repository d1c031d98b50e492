import type { RuntimeOptions } from '../../../../lib/app/runtime.ts';
import { TagboatError } from '../../../../lib/errors.ts';
import type { Logger } from '../../../../lib/logger.ts';
import type { Unknowns } from '../../../../lib/mapping.ts';
import type { AwsClients } from '../../emulators/aws/clients.ts';
import type { LocalSqs } from '../../emulators/aws/sqs.ts';
import { createGateway } from '../../runtime/gateway/gateway.ts';
import type { RoleCall } from '../../runtime/iam/role.ts';
import { atMost, type Concurrency } from '../../runtime/lambda/concurrency.ts';
import type { Invocation, LambdaFunction } from '../../runtime/lambda/function.ts';
import type { Poller } from '../../runtime/queues/poller.ts';
import { putEvent } from '../../runtime/rules.ts';
import { startSchedules } from '../../runtime/schedules.ts';
import type { Service } from '../../runtime/service/service.ts';
import type { Created } from '../../runtime/service/values.ts';
import { createFunctions } from './functions.ts';
import { countMessages } from './idle.ts';
import { schedulesFor } from './look-schedule.ts';
import { startPollers } from './pollers.ts';
import { clientsInRole } from './roles.ts';

type FunctionsOptions = {
  readonly service: Service;
  readonly project: string;
  readonly created: Readonly<Record<string, Created>>;
  readonly region: string;
  readonly clients: AwsClients;
  /** The queues, where they are the stack's own. */
  readonly embedded: LocalSqs | undefined;
  readonly runtime: RuntimeOptions;
  /** Is told of every call that a function makes to AWS, and whether its role allows it. */
  readonly onAwsCall: ((call: RoleCall) => void) | undefined;
  readonly schedules: boolean;
  readonly requests: Concurrency | undefined;
  readonly retrySeconds: number | undefined;
  readonly deliverTwice: boolean | undefined;
  readonly logger: Logger;
};

/**
 * Requests of one function. More at once are no faster, and what waits is better answered late than refused: Git hosts do
 * not send a hook twice by themselves.
 */
const defaultRequests: Concurrency = { running: 10, waiting: 1_000 };

/** The functions, each behind what triggers it. */
export const startFunctions = async (options: FunctionsOptions) => {
  const { clients, service, created, logger } = options;
  const functions = await createFunctions(
    service,
    options.project,
    created,
    options.runtime,
    (description) => clientsInRole(description, { ...options, env: options.runtime.env }),
    logger,
  );
  const lambda = (name: string): LambdaFunction => {
    const found = functions.get(name);
    if (found === undefined)
      throw new TagboatError('config-invalid', `serverless.yml has no function ${name}`);
    return found;
  };
  const requests = service.functions
    .filter(({ routes }) => routes.length > 0)
    .map(({ name, routes }) => ({
      routes,
      ...atMost(
        options.requests ?? defaultRequests,
        lambda(name).invoke,
        (): Invocation => ({ type: 'throttled' }),
      ),
    }));
  const gateway = createGateway(
    requests.flatMap(({ routes, run }) => routes.map((route) => ({ ...route, invoke: run }))),
  );
  const redrives = Object.values(service.resources).flatMap((resource) =>
    resource.type === 'queue' && resource.redrive !== undefined ? [resource.redrive.target] : [],
  );
  const urlOf = (id: string): string => created[id]?.ref ?? '';
  const count = async (id: string): Promise<number> => {
    const queue = service.resources[id];
    return options.embedded !== undefined && queue?.type === 'queue'
      ? (await options.embedded.waiting(queue.name)).length
      : countMessages(clients.sqs, urlOf(id));
  };
  const read = [...new Set(service.functions.flatMap(({ queues }) => queues.map(({ queue }) => queue)))];

  let pollers: readonly Poller[] = [];
  let endSchedules = () => {};
  return {
    names: [...functions.keys()],
    gateway,
    deadLetterQueues: [...new Set(redrives)].map((id) => ({ id, url: urlOf(id) })),
    /** Begins to take messages and to run schedules. */
    start: (): void => {
      pollers = startPollers(service, functions, {
        client: clients.sqs,
        created,
        region: options.region,
        embedded: options.embedded !== undefined,
        retrySeconds: options.retrySeconds,
        deliverTwice: options.deliverTwice,
        answered: async () => void (await Promise.all(requests.map(({ caughtUp }) => caughtUp()))),
        logger,
      });
      if (options.schedules)
        endSchedules = startSchedules(schedulesFor(service.functions, options.runtime.config), functions);
    },
    putEvent: (event: Unknowns) => putEvent(service.functions, functions, event),
    invoke: async (name: string, event: unknown): Promise<Invocation> => lambda(name).invoke(event),
    /** True when no function runs and no queue that one reads holds a message. */
    isQuiet: async (): Promise<boolean> => {
      const isRunning = () => [...functions.values()].some(({ running }) => running() > 0);
      if (isRunning()) return false;
      const counts = await Promise.all(read.map(count));
      return counts.every((count) => count === 0) && !isRunning();
    },
    close: async (): Promise<void> => {
      for (const { close } of requests) close();
      endSchedules();
      await Promise.all(pollers.map((poller) => poller.close()));
    },
  };
};
