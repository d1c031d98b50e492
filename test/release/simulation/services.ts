import type { Notifier } from '../../../lib/notifiers/notifier.ts';
import type { QueueName, Queues } from '../../../lib/queues/queues.ts';
import { memoryTable } from '../support/memory-table.ts';
import { simulateCluster } from './cluster.ts';
import { createFates, digestOf } from './fates.ts';
import { simulateConfigRepo } from './git-host.ts';
import { createObservations } from './observations.ts';
import { imageOf, simulatedProject } from './project.ts';
import type { SimulatedQueue } from './queue.ts';
import { createRandom } from './random.ts';
import { virtualTime } from './virtual-time.ts';

/** Everything that the functions talk to, and what is seen of it from outside. */
export const createServices = (seed: number, apps: number) => {
  const random = createRandom(seed);
  const time = virtualTime();
  const project = simulatedProject(apps);
  const seen = createObservations();
  const fateOf = createFates(seed);
  const repos = new Map<string, ReturnType<typeof simulateConfigRepo>>(
    project.repos.map((name) => [name, simulateConfigRepo(project.filesOf(name))]),
  );
  /** When CI began to build a tag, by app and tag. */
  const pushedAt = new Map<string, number>();
  /** How often a tag was moved since. */
  const moves = new Map<string, number>();
  const simulated = new Map<QueueName, SimulatedQueue>();
  const queueOf = (name: QueueName): SimulatedQueue => {
    const queue = simulated.get(name);
    if (queue === undefined) throw new Error(`there is no queue ${name}`);
    return queue;
  };
  const queues: Queues = {
    send: async (name, body, { group, deduplication, delaySeconds } = {}) =>
      queueOf(name).send(JSON.stringify(body), {
        ...(group === undefined ? {} : { group }),
        ...(deduplication === undefined ? {} : { deduplication }),
        ...(delaySeconds === undefined ? {} : { delaySeconds }),
      }),
  };
  const notifier: Pick<Notifier, 'tell'> = {
    tell: async ({ id, state }, _recipients, _memory, remember) => {
      seen.of(id ?? '').told = state;
      remember({ state });
    },
  };
  const registry = {
    digestOf: async (image: string, tag: string): Promise<string | undefined> => {
      const app = image.slice(imageOf('').length);
      const since = time.now() - (pushedAt.get(`${app} ${tag}`) ?? 0);
      const { imageMs } = fateOf('', app, tag);
      const push = moves.get(`${app} ${tag}`) ?? 0;
      if (since >= imageMs) return digestOf(app, tag, push);
      return push > 0 && Number.isFinite(imageMs) ? digestOf(app, tag, push - 1) : undefined;
    },
  };
  const slack = {
    respond: async (responseUrl: string): Promise<void> => {
      seen.answered.add(responseUrl);
    },
  };
  const repo = (name: string) => {
    const found = repos.get(name);
    if (found === undefined) throw new Error(`there is no config repo ${name}`);
    return found;
  };
  return {
    ...{ random, time, project, seen, pushedAt, moves, queues, queueOf, notifier, registry, slack, repo },
    addQueue: (name: QueueName, queue: SimulatedQueue): void => {
      simulated.set(name, queue);
    },
    table: memoryTable(seen.onPut),
    cluster: simulateCluster(fateOf),
  };
};

export type Services = ReturnType<typeof createServices>;
