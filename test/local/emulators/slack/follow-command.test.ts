import { describe, expect, it } from 'vitest';
import type { Making } from '../../../../infra/local/emulators/slack/client/answers.ts';
import {
  describeEnd,
  type FollowOptions,
  followCommand,
} from '../../../../infra/local/emulators/slack/client/follow-command.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { ApiRelease } from '../../../../lib/release/api/view.ts';
import type { ReleaseState } from '../../../../lib/view/release.ts';
import { serve } from '../registry/serve.ts';

const id = '01J00000000000000000000000';
const time = '2026-01-01T00:00:00.000Z';

const view = (fields: Partial<ApiRelease> & { readonly state: ReleaseState }): ApiRelease =>
  ({
    id,
    app: 'web',
    environment: 'production',
    kind: 'undo',
    tag: 'v1',
    commit: null,
    reason: null,
    updatedAt: time,
    ...fields,
  }) as ApiRelease;

type Message = {
  readonly id: string;
  readonly type?: string;
  readonly to?: string;
  readonly updated?: boolean;
  readonly at?: string;
  readonly body: object;
};

const response = (messageId: string, body: object, fields: Partial<Message> = {}): Message => ({
  id: messageId,
  body: { response_type: 'in_channel', ...body },
  ...fields,
});

/**
 * A stack of which only what is asked for is there: each time it is looked at, the release is in the next state, and the
 * messages are those that stand by then.
 */
const startStandIn = async (
  states: readonly (ApiRelease | undefined)[],
  messages: readonly (readonly Message[])[] = [],
) => {
  let looks = 0;
  const at = <T>(all: readonly T[], index: number): T | undefined => all[Math.min(index, all.length - 1)];
  return serve((request, answer) => {
    const url = request.url ?? '';
    const release = at(states, looks);
    const standing = at(messages, looks) ?? [];
    if (url.startsWith('/local/slack')) looks += 1;
    const body = url.startsWith('/local/slack')
      ? {
          messages: standing
            .map((message) => ({ type: 'response', to: 'mine', updated: false, at: time, ...message }))
            .toReversed(),
        }
      : url.startsWith('/releases?')
        ? { releases: [view({ state: 'healthy', kind: 'release', id: 'newer' }), release].filter(Boolean) }
        : release;
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
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

const undo: Making = { kind: 'undo', app: 'web', environment: 'production' };

const follow = (origin: string, shown: unknown[], options: Partial<FollowOptions> = {}) =>
  followCommand({
    origin,
    token: undefined,
    responseId: 'mine',
    since: Date.parse(time),
    acknowledged: 'begun',
    making: undo,
    show: ({ text }) => shown.push(text),
    patienceMs: 60_000,
    clock: jumpingClock(),
    ...options,
  });

describe('followCommand, of what makes a release', () => {
  it.each<ReleaseState>(['healthy', 'failed', 'undone', 'superseded', 'skipped'])(
    'ends where the undo is %s, whatever was answered',
    async (state) => {
      await using server = await startStandIn([
        view({ state: 'queued' }),
        view({ state: 'rolling-out' }),
        view({ state }),
      ]);
      const shown: unknown[] = [];

      const outcome = await follow(server.url, shown);

      expect(outcome).toMatchObject({ type: 'ended', release: { state } });
      expect(shown).toEqual([]);
    },
  );

  it('shows the answers to its command once, up to the one that tells of the end, and nobody else’s', async () => {
    const begun = response('1', { text: 'undo to v1 is rolling out' });
    const theirs = response('2', { text: 'undo to v1 is healthy' }, { to: 'theirs' });
    const end = response('3', { text: 'undo to v1 is healthy' });
    await using server = await startStandIn(
      [view({ state: 'rolling-out' }), view({ state: 'healthy' })],
      [[], [begun], [begun, theirs], [begun, theirs, end], [begun, response('4', { text: 'late' })]],
    );
    const shown: unknown[] = [];

    await follow(server.url, shown);

    expect(shown).toEqual(['undo to v1 is rolling out', 'undo to v1 is healthy']);
  });

  it('shows what channels are told of the release, and each change of it', async () => {
    const told = (text: string): Message => ({
      id: '1',
      type: 'message',
      to: '#deploys',
      body: { text, blocks: [{ value: id }] },
    });
    const other: Message = { id: '2', type: 'message', to: '#deploys', body: { text: 'other' } };
    await using server = await startStandIn(
      [view({ state: 'rolling-out' }), view({ state: 'rolling-out' }), view({ state: 'healthy' })],
      [[told('is rolling out'), other], [told('is rolling out')], [told('is healthy')]],
    );
    const shown: unknown[] = [];

    await follow(server.url, shown);

    expect(shown).toEqual(['is rolling out', 'is healthy']);
  });

  it('does not take an undo for its own that had ended before', async () => {
    const before = view({ state: 'healthy', id: 'old', updatedAt: '2025-12-31T23:59:59.999Z' });
    await using server = await startStandIn([before, before, view({ state: 'healthy' })]);

    const outcome = await follow(server.url, [], { acknowledged: 'later' });

    expect(outcome).toMatchObject({ type: 'ended', release: { id } });
  });

  it.each([
    ['refused', { text: 'Sorry, no: nothing to undo', response_type: 'ephemeral' }, 'refused'],
    [
      'asked about',
      {
        text: 'Undo?',
        blocks: [{ type: 'actions', elements: [{ type: 'button', value: '{"type":"cancel"}' }] }],
      },
      'question',
    ],
  ])('ends where it is %s later', async (_, body, type) => {
    await using server = await startStandIn([undefined], [[], [response('1', body)]]);

    expect(await follow(server.url, [], { acknowledged: 'later' })).toEqual({ type });
  });

  it('gives up when its patience ends', async () => {
    await using server = await startStandIn([view({ state: 'waiting-for-image' })]);

    const outcome = await follow(server.url, [], { patienceMs: 1000 });

    expect(outcome).toMatchObject({ type: 'open', release: { state: 'waiting-for-image' } });
  });

  it.each<[string, Making]>([
    ['no undo to another tag', { ...undo, tag: 'v2' }],
    ['no release of that tag', { ...undo, kind: 'release', tag: 'v2' }],
  ])('knows of %s', async (_, making) => {
    await using server = await startStandIn([view({ state: 'healthy' })]);

    expect(await follow(server.url, [], { making, patienceMs: 500 })).toEqual({ type: 'open' });
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
    await using server = await serve((_request, answer) => answer.writeHead(status).end('{}'));

    await expect(follow(server.url, [])).rejects.toMatchObject({ code });
  });
});

describe('followCommand, of what makes none', () => {
  it.each([
    ['done', 'answered'],
    ['begun', 'answered'],
    ['refused', 'refused'],
    ['question', 'question'],
  ] as const)('asks nobody where the answer was %s', async (acknowledged, type) => {
    expect(await follow('http://127.0.0.1:1', [], { acknowledged, making: undefined })).toEqual({ type });
  });

  it('waits for the answer that was put off', async () => {
    await using server = await startStandIn([], [[], [response('1', { text: 'held' })]]);
    const shown: unknown[] = [];

    const outcome = await follow(server.url, shown, { acknowledged: 'later', making: undefined });

    expect(outcome).toEqual({ type: 'answered' });
    expect(shown).toEqual(['held']);
  });

  it('takes what replaces the message with the button for the answer', async () => {
    const message = (text: string, fields: Partial<Message> = {}): Message => ({
      id: 'question',
      type: 'acknowledgement',
      to: 'theirs',
      body: { text },
      ...fields,
    });
    await using server = await startStandIn(
      [],
      [
        [message('Undo?')],
        [message('Undo?', { updated: true, at: '2025-12-31T00:00:00.000Z' })],
        [message('Cancelled', { updated: true })],
      ],
    );
    const shown: unknown[] = [];

    const outcome = await follow(server.url, shown, {
      sourceId: 'question',
      acknowledged: 'later',
      making: undefined,
    });

    expect(outcome).toEqual({ type: 'answered' });
    expect(shown).toEqual(['Cancelled']);
  });

  it('gives up when no answer comes', async () => {
    await using server = await startStandIn([]);
    const options = { acknowledged: 'later', making: undefined, patienceMs: 500 } as const;

    expect(await follow(server.url, [], options)).toEqual({ type: 'open' });
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
