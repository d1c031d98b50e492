import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openRemote } from '../../lib/git/remote.ts';
import { closeServer, listen } from './support/git-server.ts';
import { credentials, useMoodyServer, withStatus } from './support/moody-server.ts';
import { change, meta } from './support/remote-fixture.ts';

const moody = useMoodyServer();

describe('a status of', () => {
  it.each([
    { status: 401, code: 'git-denied', retry: 'terminal' },
    { status: 403, code: 'git-denied', retry: 'terminal' },
    { status: 203, code: 'git-denied', retry: 'terminal' },
    { status: 404, code: 'git-not-found', retry: 'terminal' },
    { status: 410, code: 'git-not-found', retry: 'terminal' },
    { status: 429, code: 'git-unreachable', retry: 'retryable' },
    { status: 500, code: 'git-unreachable', retry: 'retryable' },
    { status: 503, code: 'git-unreachable', retry: 'retryable' },
    { status: 400, code: 'git-protocol', retry: 'terminal' },
    { status: 204, code: 'git-protocol', retry: 'terminal' },
  ])('$status is $code, $retry', async ({ status, code, retry }) => {
    moody.answer('info', 1, withStatus(status));

    await expect(moody.release()).rejects.toThrow(expect.objectContaining({ code, retry }));
  });

  it.each([
    { name: '429 for so many seconds', status: 429, header: '17', seconds: 17 },
    { name: '503 until a date', status: 503, header: 'Wed, 04 Mar 2026 05:07:07 GMT', seconds: 60 },
    { name: '403 that asks to slow down', status: 403, header: '60', seconds: 60 },
    { name: '429 with a header that says nothing', status: 429, header: 'soon', seconds: undefined },
  ])('$name is waited for', async ({ status, header, seconds }) => {
    moody.answer('info', 1, withStatus(status, 'slow down', { 'retry-after': header }));

    await expect(moody.release()).rejects.toThrow(
      expect.objectContaining({ code: 'git-unreachable', retry: 'retryable', retryAfterSeconds: seconds }),
    );
  });

  it('403 for a push is told in the words of the server, without the password', async () => {
    moody.answer(
      'receive',
      1,
      withStatus(403, `Permission to okeydokey denied to bot:${credentials.password}.`),
    );

    await expect(moody.release()).rejects.toThrow(
      expect.objectContaining({
        code: 'git-denied',
        message: 'the Git server answered 403: Permission to okeydokey denied to bot:***.',
      }),
    );
  });

  it('413 for a push is a push refused', async () => {
    moody.answer('receive', 1, withStatus(413));

    await expect(moody.release()).rejects.toThrow(expect.objectContaining({ code: 'git-push-refused' }));
  });
});

describe('a redirect', () => {
  const redirectTo = (status: number, location: string): void => {
    moody.server().intercept = (request, response) => {
      if (!(request.url ?? '').startsWith('/renamed.git/')) return false;
      request.resume();
      response
        .writeHead(status, { location: location + (request.url ?? '').slice('/renamed.git'.length) })
        .end();
      return true;
    };
  };

  it.each([301, 302, 307, 308])(
    'of status %d on the same host is followed, once and for all',
    async (status) => {
      redirectTo(status, '/config.git');

      expect((await moody.release({ url: `${moody.server().origin}/renamed.git` })).type).toBe('pushed');
      expect(moody.server().requests.filter(({ url }) => url.startsWith('/renamed.git/'))).toHaveLength(1);
    },
  );

  it('to another host is not followed, and the credentials stay', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    redirectTo(301, `${await listen(other)}/config.git`);

    await expect(moody.release({ url: `${moody.server().origin}/renamed.git` })).rejects.toThrow(
      expect.objectContaining({ code: 'git-not-found', message: expect.stringContaining('another host') }),
    );
    expect(seen).toEqual([]);
    await closeServer(other);
  });

  it('in circles ends', async () => {
    redirectTo(301, '/renamed.git');

    await expect(moody.release({ url: `${moody.server().origin}/renamed.git` })).rejects.toThrow(
      expect.objectContaining({ code: 'git-not-found', message: expect.stringContaining('in circles') }),
    );
  });

  it('of a push is followed with its body', async () => {
    const remote = moody.open();
    const tip = await remote.tip();
    moody.answer('receive', 1, (_, response) => {
      response.writeHead(307, { location: '/config.git/git-receive-pack' }).end();
    });

    const outcome = await tip.commit(change('redirected.yml', 'x\n'), meta);

    expect(outcome).toEqual({ type: 'pushed', commit: moody.repository().tip() });
  });
});

describe('no server', () => {
  it('at all: git-unreachable', async () => {
    const gone = createServer();
    const origin = await listen(gone);
    await closeServer(gone);

    await expect(moody.release({ url: `${origin}/config.git` })).rejects.toThrow(
      expect.objectContaining({ code: 'git-unreachable', message: expect.stringContaining('ECONNREFUSED') }),
    );
  });

  it.each([
    'git@github.com:okeydokey/config.git',
    'ssh://git@host/x.git',
    'file:///srv/x.git',
    'nonsense',
    '',
  ])('can be reached by "%s": git-unsupported', (url) => {
    expect(() => openRemote({ url, branch: 'main' })).toThrow(
      expect.objectContaining({ code: 'git-unsupported' }),
    );
  });
});
