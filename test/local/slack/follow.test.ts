import { describe, expect, it } from 'vitest';
import { describeEnd, type FollowOptions, followUndo } from '../../../infra/local/slack/follow.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { ReleaseState } from '../../../lib/release/release.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';
import { serve } from '../registry/serve.ts';

const id = '01J00000000000000000000000';

const view = (fields: Partial<ReleaseView> & { readonly state: ReleaseState }): ReleaseView =>
  ({
    id,
    app: 'web',
    environment: 'production',
    kind: 'undo',
    tag: 'v1',
    commit: null,
    reason: null,
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...fields,
  }) as ReleaseView;

type Message = { readonly id: string; readonly to: string; readonly text: string; readonly at: string };

/**
 * A stack of which only what is asked for is there: each time the release is asked for it is in the next state, and the
 * messages are those that came by then.
 */
const startStandIn = async (
  states: readonly ReleaseView[],
  messages: readonly (readonly Message[])[] = [],
) => {
  let asked = 0;
  const server = await serve((request, response) => {
    const url = request.url ?? '';
    const at = Math.min(asked, states.length - 1);
    const release = states[at];
    if (!url.startsWith('/local/slack')) asked += 1;
    const body = url.startsWith('/local/slack')
      ? { messages: messages.slice(0, asked).flat().toReversed() }
      : url.startsWith('/releases?')
        ? { releases: [view({ state: 'healthy', kind: 'release', id: 'newer' }), release].filter(Boolean) }
        : release;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return server;
};

/** Time that passes in sleep alone. */
const jumpingClock = (): Clock => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
};

const follow = (origin: string, shown: string[], options: Partial<FollowOptions> = {}) =>
  followUndo({
    origin,
    token: undefined,
    undo: { app: 'web', environment: 'production' },
    responseId: 'mine',
    show: (text) => shown.push(text),
    patienceMs: 60_000,
    clock: jumpingClock(),
    ...options,
  });

describe('followUndo', () => {
  it.each<ReleaseState>(['healthy', 'failed', 'undone', 'superseded', 'skipped'])(
    'ends where the undo is %s, whatever was answered',
    async (state) => {
      await using server = await startStandIn([
        view({ state: 'queued' }),
        view({ state: 'rolling-out' }),
        view({ state }),
      ]);
      const shown: string[] = [];

      const release = await follow(server.url, shown);

      expect(release?.state).toBe(state);
      expect(shown).toEqual([]);
    },
  );

  it('shows the answers to its command once, up to the last, and nobody else’s', async () => {
    const at = '2026-01-01T00:00:01.000Z';
    await using server = await startStandIn(
      [view({ state: 'rolling-out' }), view({ state: 'healthy' })],
      [
        [{ id: '1', to: 'mine', text: 'one &lt;1&gt;', at: '2025-12-31T00:00:00.000Z' }],
        [
          { id: '2', to: 'theirs', text: 'two', at },
          { id: '3', to: 'mine', text: 'three', at },
        ],
      ],
    );
    const shown: string[] = [];

    await follow(server.url, shown);

    expect(shown).toEqual(['one <1>', 'three']);
  });

  it('gives up when its patience ends', async () => {
    await using server = await startStandIn([view({ state: 'waiting-for-image' })]);

    const release = await follow(server.url, [], { patienceMs: 1000 });

    expect(release?.state).toBe('waiting-for-image');
  });

  it('knows of no undo to another tag', async () => {
    await using server = await startStandIn([view({ state: 'healthy' })]);
    const undo = { app: 'web', environment: 'production', to: 'v2' };

    expect(await follow(server.url, [], { undo, patienceMs: 500 })).toBeUndefined();
  });

  it('says so when the stack ends meanwhile', async () => {
    const server = await startStandIn([view({ state: 'rolling-out' })]);
    const clock = jumpingClock();
    const ending: Clock = { ...clock, sleep: () => server.close() };

    await expect(follow(server.url, [], { clock: ending })).rejects.toMatchObject({
      code: 'local-stack-missing',
      message: `the local stack at ${server.url} does not answer any more`,
    });
  });

  it.each([
    [401, 'unauthorized'],
    [503, 'local-stack-missing'],
  ])('is refused with %d', async (status, code) => {
    await using server = await serve((_request, response) => response.writeHead(status).end('{}'));

    await expect(follow(server.url, [])).rejects.toMatchObject({ code });
  });
});

describe('describeEnd', () => {
  it.each([
    [
      view({ state: 'healthy', commit: 'abcdef0123' }),
      `healthy: web production, undo to v1, commit abcdef0, release ${id}`,
    ],
    [
      view({ state: 'failed', reason: 'no such image' }),
      `failed: web production, undo to v1, release ${id}: no such image`,
    ],
  ])('%#', (release, expected) => {
    expect(describeEnd(release)).toBe(expected);
  });
});
