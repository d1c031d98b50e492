import type { ServerResponse } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { exportToGit } from './support/memory-export.ts';
import {
  type Answer,
  advertisement,
  hangUp,
  receiveResult,
  uploadResult,
  useMoodyServer,
  with200,
  withStatus,
} from './support/moody-server.ts';
import { git } from './support/repository.ts';

const moody = useMoodyServer();

const responseBytes = 1_000_000;

type Step = {
  readonly step: string;
  readonly service: 'info' | 'upload' | 'receive';
  readonly nth: number;
  readonly headers: Readonly<Record<string, string>>;
};

/** The five requests of a release that knows nothing yet, in their order. */
const steps: readonly Step[] = [
  { step: 'discovery', service: 'info', nth: 1, headers: advertisement },
  { step: 'the tip', service: 'upload', nth: 1, headers: uploadResult },
  { step: 'the commit and its trees', service: 'upload', nth: 2, headers: uploadResult },
  { step: 'the files', service: 'upload', nth: 3, headers: uploadResult },
  { step: 'the push', service: 'receive', nth: 1, headers: receiveResult },
];

/** Writes for as long as the other side reads, and says how much that was. */
const endlessly = (headers: Readonly<Record<string, string>>) => {
  let sent = 0;
  const chunk = Buffer.alloc(65_536, 'x');
  const respond: Answer = (_request, response: ServerResponse) => {
    response.writeHead(200, headers);
    const more = () => {
      for (let goOn = true; goOn && !response.destroyed; sent += chunk.length) goOn = response.write(chunk);
    };
    response.on('drain', more);
    more();
  };
  return { respond, sent: () => sent };
};

const outcomes: readonly {
  readonly name: string;
  readonly respond: (headers: Step['headers']) => Answer;
  readonly expected: Readonly<Record<string, unknown>>;
}[] = [
  {
    name: '401',
    respond: () => withStatus(401),
    expected: { code: 'git-denied', retry: 'terminal' },
  },
  {
    name: '403',
    respond: () => withStatus(403, 'the branch is not yours'),
    expected: {
      code: 'git-denied',
      retry: 'terminal',
      message: 'the Git server answered 403: the branch is not yours',
    },
  },
  {
    name: '404',
    respond: () => withStatus(404),
    expected: { code: 'git-not-found', retry: 'terminal' },
  },
  {
    name: '429 with Retry-After',
    respond: () => withStatus(429, '', { 'retry-after': '23' }),
    expected: { code: 'git-unreachable', retry: 'retryable', retryAfterSeconds: 23 },
  },
  {
    name: '500',
    respond: () => withStatus(500),
    expected: { code: 'git-unreachable', retry: 'retryable' },
  },
  {
    name: 'nonsense',
    respond: (headers) => with200(headers, 'zzzz nonsense'),
    expected: { code: 'git-protocol' },
  },
  {
    name: 'a page of HTML',
    respond: () => with200({ 'content-type': 'text/html' }, '<html>'),
    expected: { code: 'git-protocol' },
  },
  {
    name: 'nothing',
    respond: (headers) => with200(headers, ''),
    expected: { code: 'git-protocol' },
  },
  {
    name: 'the beginning of an answer and the end of the connection',
    respond: hangUp,
    expected: { code: 'git-unreachable', retry: 'retryable' },
  },
];

describe.each(steps)('at $step', ({ service, nth, headers }) => {
  it.each(outcomes)('$name is a typed error', async ({ respond, expected }) => {
    const before = moody.repository().tip();
    moody.answer(service, nth, respond(headers));

    await expect(moody.release()).rejects.toThrow(
      expect.objectContaining({ name: 'TagboatError', ...expected }),
    );

    expect(moody.repository().tip()).toBe(before);
  });

  it('an answer without end is not read for long', async () => {
    const endless = endlessly(headers);
    moody.answer(service, nth, endless.respond);

    await expect(moody.release({ limits: { responseBytes } })).rejects.toThrow(
      expect.objectContaining({ code: 'git-too-large' }),
    );

    // What the sockets on both sides hold comes on top
    expect(endless.sent()).toBeLessThan(responseBytes + 16_000_000);
  });

  it('silence ends with the time that a request may take', async () => {
    moody.answer(service, nth, () => {});

    await expect(moody.release({ limits: { requestTimeoutMs: 400 } })).rejects.toThrow(
      expect.objectContaining({ code: 'git-unreachable', retry: 'retryable' }),
    );
  });

  it('the next release finds nothing broken', async () => {
    moody.answer(service, nth, withStatus(503));
    await moody.release().catch(() => {});

    const outcome = await moody.release();

    expect(outcome).toEqual({ type: 'pushed', commit: moody.repository().tip() });
  });
});

// What all of them leave behind, in whatever order they ran, is a repository that Git finds nothing wrong with.
afterAll(async () => {
  await using exported = await exportToGit({ '': moody.repository() });

  expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
});
