import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { Clock } from '../../../lib/clock.ts';
import { watchCollection } from '../../../lib/cluster/connect/list-watch.ts';
import type { TagboatError } from '../../../lib/errors.ts';
import { type Handler, sendJson, type TestServer, withServer } from '../support/server.ts';

type Thing = {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion?: string };
};

const thing = (name: string, resourceVersion: string): Thing => ({
  metadata: { name, uid: `uid-${name}`, resourceVersion },
});

const list = (resourceVersion: string, ...items: readonly Thing[]) => ({
  kind: 'ThingList',
  metadata: { resourceVersion },
  items,
});

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

/** Pauses end at once, so that no test waits for a backoff; they are counted instead. */
const hastyClock = (): Clock & { readonly pauses: number[] } => {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => pauses.reduce((sum, pause) => sum + pause, 0),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      pauses.push(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

/** Answers the requests one after the other by the script; the last step answers all that follow. */
const script = (...steps: readonly ((response: ServerResponse) => void)[]): Handler => {
  let next = 0;
  return (_, response) => steps[Math.min(next++, steps.length - 1)]?.(response);
};

/** Watches until the names seen are the expected ones, and answers with everything that was seen on the way. */
const watchUntil = async ({ cluster }: TestServer, last: readonly string[]) => {
  const stop = new AbortController();
  const clock = hastyClock();
  const seen: (readonly string[])[] = [];
  const troubles: TagboatError[] = [];
  await watchCollection<Thing>(cluster, {
    path: '/api/v1/things',
    query: { labelSelector: 'app=web' },
    what: 'things',
    clock,
    signal: stop.signal,
    onTrouble: (error) => troubles.push(error),
    onChange: (objects) => {
      const names = [...objects.values()].map(({ metadata }) => metadata.name);
      seen.push(names);
      if (names.join() === last.join()) stop.abort();
    },
  });
  return { seen, troubles: troubles.map(({ message }) => message), pauses: clock.pauses };
};

const forever = (response: ServerResponse): void => {
  response.write('\n');
};

test('lists, then watches from there; bookmarks change nothing; all is closed at the end', () =>
  withServer(
    script(
      (response) => sendJson(response, 200, list('10', thing('a', '9'))),
      (response) => {
        response.write(line('ADDED', thing('b', '11')));
        const half = line('MODIFIED', thing('a', '12'));
        response.write(half.slice(0, 20));
        response.write(half.slice(20));
        response.write(line('BOOKMARK', { metadata: { resourceVersion: '15' } }));
        response.write(line('DELETED', thing('a', '16')));
      },
    ),
    async (server) => {
      const { seen } = await watchUntil(server, ['b']);
      expect(seen).toEqual([['a'], ['a', 'b'], ['a', 'b'], ['b']]);
      expect(server.requests.map(({ url }) => url.search)).toEqual([
        '?labelSelector=app%3Dweb&limit=500',
        '?labelSelector=app%3Dweb&watch=true&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=45',
      ]);
      await expect.poll(() => server.openResponses()).toBe(0);
    },
  ));

test('a watch that ends is taken up where it stopped', () =>
  withServer(
    script(
      (response) => sendJson(response, 200, list('10')),
      (response) =>
        response.end(
          line('ADDED', thing('a', '11')) + line('BOOKMARK', { metadata: { resourceVersion: '20' } }),
        ),
      (response) => response.write(line('ADDED', thing('b', '21'))),
    ),
    async (server) => {
      const { seen } = await watchUntil(server, ['a', 'b']);
      expect(seen).toEqual([[], ['a'], ['a', 'b']]);
      expect(server.requests.map(({ url }) => url.searchParams.get('resourceVersion'))).toEqual([
        null,
        '10',
        '20',
      ]);
    },
  ));

test.each<[string, (response: ServerResponse) => void]>([
  [
    'as a status',
    (response) => sendJson(response, 410, { message: 'too old resource version', reason: 'Expired' }),
  ],
  [
    'as an event',
    (response) =>
      response.end(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })),
  ],
])('410 Gone %s: lists again, and forgets what is no longer there', (_, gone) =>
  withServer(
    script(
      (response) => sendJson(response, 200, list('10', thing('a', '1'), thing('b', '2'))),
      gone,
      (response) => sendJson(response, 200, list('30', thing('b', '2'))),
      forever,
    ),
    async (server) => {
      const { seen, troubles, pauses } = await watchUntil(server, ['b']);
      expect(seen).toEqual([['a', 'b'], ['b']]);
      expect(troubles).toEqual([]);
      expect(pauses).toEqual([]);
    },
  ),
);

test('410 Gone over and over is not answered without pause', () => {
  const gone = (response: ServerResponse) => sendJson(response, 410, { message: 'too old' });
  const empty = (response: ServerResponse) => sendJson(response, 200, list('10'));
  const last = (response: ServerResponse) => sendJson(response, 200, list('10', thing('end', '1')));
  return withServer(script(empty, gone, empty, gone, empty, gone, last, forever), async (server) => {
    const { pauses } = await watchUntil(server, ['end']);
    expect(pauses).toEqual([200, 400]);
  });
});

test('breaks, 5xx and 429 are waited out with growing pauses, and Retry-After is honoured', () =>
  withServer(
    script(
      (response) => response.destroy(),
      (response) => sendJson(response, 503, { message: 'starting' }),
      (response) => {
        response.setHeader('retry-after', '3');
        sendJson(response, 429, { message: 'slow down' });
      },
      (response) => sendJson(response, 200, list('10')),
      (response) => {
        response.write(line('ADDED', thing('a', '11')));
        setImmediate(() => response.destroy());
      },
      (response) => response.write(line('ADDED', thing('b', '12'))),
    ),
    async (server) => {
      const { seen, troubles, pauses } = await watchUntil(server, ['a', 'b']);
      expect(seen).toEqual([[], ['a'], ['a', 'b']]);
      expect(troubles.slice(0, 3)).toEqual([
        expect.stringMatching(/^list things: http.*: no answer \(ECONNRESET\)$/),
        'list things: starting (HTTP 503)',
        'list things: slow down (HTTP 429)',
      ]);
      expect(pauses.slice(0, 3)).toEqual([200, 400, 3000]);
      expect(server.requests.at(-1)?.url.searchParams.get('resourceVersion')).toBe('11');
    },
  ));

test('an event that is not JSON is trouble, not the end', () =>
  withServer(
    script(
      (response) => sendJson(response, 200, list('10')),
      (response) => response.end('<html>\n'),
      (response) => response.write(line('ADDED', thing('a', '11'))),
    ),
    async (server) => {
      const { troubles } = await watchUntil(server, ['a']);
      expect(troubles).toEqual(['watch things: an event is not JSON']);
    },
  ));

test.each([
  [401, 'cluster-credentials-refused'],
  [403, 'cluster-forbidden'],
])('%i ends the watch with %s', (status, code) =>
  withServer(
    script((response) => sendJson(response, status, { message: 'no' })),
    async (server) => {
      await expect(watchUntil(server, ['never'])).rejects.toMatchObject({ code });
    },
  ),
);
