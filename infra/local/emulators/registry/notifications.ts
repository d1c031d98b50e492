import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../../../../lib/clock.ts';
import type { Logger } from '../../../../lib/logger.ts';
import type { Descriptor } from './manifest.ts';

/** A tag that was pushed, and can be pulled. */
export type TagPush = {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
  readonly references: readonly Descriptor[];
};

/** Who pushed. */
type Origin = { readonly addr: string; readonly host: string; readonly useragent: string };

const contentType = 'application/vnd.docker.distribution.events.v1+json';
const attempts = 10;
const attemptTimeoutMs = 10_000;
const firstDelayMs = 100;
const maxDelayMs = 5_000;

/**
 * Sends notifications the way CNCF Distribution does: one POST an event, tried again with the same id until it is
 * answered with 2xx; at most ten times, with growing delays (20 seconds together).
 * https://distribution.github.io/distribution/about/notifications/
 */
export const createNotifier = (options: {
  readonly url: () => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}) => {
  const { clock, logger } = options;
  const instanceID = randomUUID();
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  const attempt = async (body: string): Promise<void> => {
    const response = await fetch(options.url(), {
      method: 'POST',
      headers: { ...options.headers, 'content-type': contentType },
      body,
      redirect: 'error',
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(attemptTimeoutMs)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`answered ${response.status}`);
  };

  const deliver = async (body: string, tag: string): Promise<void> => {
    for (let number = 1; !closing.signal.aborted; number += 1) {
      try {
        return await attempt(body);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (number === attempts) return logger.error('registry notification given up', { tag, reason });
        logger.debug('registry notification not delivered yet', { tag, number, reason });
      }
      const delay = Math.min(firstDelayMs * 2 ** (number - 1), maxDelayMs);
      await clock.sleep(delay, closing.signal).catch(() => {});
    }
  };

  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };

  return {
    /** Begins to deliver, and returns at once. */
    pushed(push: TagPush, request: Origin): void {
      const body = JSON.stringify({ events: [toEvent(push, request, instanceID, clock.now())] });
      const delivery = deliver(body, `${push.repository}:${push.tag}`).finally(() =>
        underWay.delete(delivery),
      );
      underWay.add(delivery);
    },
    /** Resolves when nothing is under way any more. */
    idle,
    /** Gives up whatever is under way. */
    async close(): Promise<void> {
      closing.abort();
      await idle();
    },
  };
};

const toEvent = (push: TagPush, { addr, host, useragent }: Origin, instanceID: string, now: number) => ({
  id: randomUUID(),
  timestamp: new Date(now).toISOString(),
  action: 'push',
  target: {
    mediaType: push.mediaType,
    size: push.size,
    digest: push.digest,
    length: push.size,
    repository: push.repository,
    url: `http://${host}/v2/${push.repository}/manifests/${push.digest}`,
    tag: push.tag,
    references: push.references,
  },
  request: { id: randomUUID(), addr, host, method: 'PUT', useragent },
  actor: {},
  source: { addr: `${hostname()}:${host.split(':').at(-1) ?? ''}`, instanceID },
});
