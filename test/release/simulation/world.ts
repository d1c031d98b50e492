import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../../lib/errors.ts';
import type { QueueName } from '../../../lib/queues/queues.ts';
import { queueNames, readDeployment } from './deployment.ts';
import { readBatch } from './functions.ts';
import { beginInvocation, type Faults, type Invocation } from './invocation.ts';
import { type Held, simulateQueue } from './queue.ts';
import { createServices } from './services.ts';

export type WorldOptions = {
  readonly seed: number;
  readonly apps: number;
  readonly faults: Faults & {
    /** How often, of once, Lambda does not begin an invocation. */
    readonly throttle: number;
    readonly duplication: number;
    readonly lateness: number;
  };
};

/** The services that have outages, by the error that they are met with. */
const outages: ReadonlySet<ErrorCode> = new Set([
  'store-unreachable',
  'git-unreachable',
  'cluster-unreachable',
]);
const outageEveryMs = 50 * 60_000;

/** Whether a service does not answer: each of them for a minute or so of every fifty. */
const outageAt = (seed: number, now: number, code: ErrorCode): boolean => {
  if (!outages.has(code)) return false;
  const dice = createHash('sha256')
    .update(`${seed} ${code} ${Math.floor(now / outageEveryMs)}`)
    .digest();
  const share = (at: number): number => dice.readUInt32BE(at) / 2 ** 32;
  const from = share(0) * (outageEveryMs - 120_000);
  const into = now % outageEveryMs;
  return into >= from && into < from + 30_000 + share(4) * 60_000;
};

const lateMs = 300_000;

/** A deployment, the services around it, and everything that goes wrong with them, in virtual time. */
export const createWorld = ({ seed, apps, faults }: WorldOptions) => {
  const services = createServices(seed, apps);
  const { time, random } = services;
  const deployment = readDeployment();
  const isOut = (code: ErrorCode): boolean => outageAt(seed, time.now(), code);
  /** What comes of an invocation; undefined where it died, or ran out of time. */
  const invoke = async <T>(
    timeoutMs: number,
    handle: (invocation: Invocation) => Promise<T>,
    isCalm = false,
  ): Promise<T | undefined> => {
    const invocation = beginInvocation(time, random, { faults, isOut, isCalm });
    time.after(timeoutMs, invocation.kill);
    const dead = invocation.death.then(() => undefined);
    return await Promise.race([handle(invocation), dead]);
  };

  const startQueue = (name: QueueName): void => {
    const options = deployment.queueOf(name);
    const read = async (batch: readonly Held[]): Promise<ReadonlySet<number>> => {
      const all = new Set(batch.map(({ id }) => id));
      // What reaches a dead-letter queue then does so by a fault of the product, and not of the weather.
      const isCalm = batch.some(({ receives }) => receives >= options.maxReceives - 1);
      if (!isCalm && random.chance(faults.throttle)) return all;
      const failed = await invoke(
        options.timeoutMs,
        (invocation) => readBatch(name, batch, services, invocation, options),
        isCalm,
      );
      return failed ?? all;
    };
    services.addQueue(name, simulateQueue({ ...options, ...faults, lateMs }, time, random, read));
  };
  for (const name of queueNames) startQueue(name);
  return { ...services, deployment, invoke };
};

export type World = ReturnType<typeof createWorld>;
