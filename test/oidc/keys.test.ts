import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIdentityKey, signToken } from '../../infra/local/webhooks/identity-key.ts';
import { fetchedKeys } from '../../lib/oidc/keys.ts';
import { createTokenVerifier } from '../../lib/oidc/verifier.ts';
import { manualClock } from '../support/manual-clock.ts';

const [first, second] = [createIdentityKey(), createIdentityKey()];
const minute = 60_000;

/** An issuer that publishes its keys, and a function that takes its tokens. */
const startIssuer = async () => {
  let published: unknown = first.published;
  let asked = 0;
  let answer = (response: ServerResponse) => {
    response.writeHead(200, { 'cache-control': 'public, max-age=1200, must-revalidate' });
    response.end(JSON.stringify(published));
  };
  const server = createServer((_request, response) => {
    asked += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const clock = manualClock();
  const verify = createTokenVerifier({ keySets: fetchedKeys({ fetch, clock }), clock });
  const expected = {
    issuer: 'https://accounts.google.com',
    keysUrl: `http://127.0.0.1:${port}/certs`,
    audience: 'x',
    email: 'a@b',
  };
  return {
    clock,
    faultOf: (key = first) => verify(signToken(key, expected, clock.now()), expected),
    publish: (keys: unknown) => {
      published = keys;
    },
    answerWith: (other: typeof answer) => {
      answer = other;
    },
    asked: () => asked,
  };
};

describe('the keys of an issuer', () => {
  it('are fetched once for requests at the same time, and kept as long as it says', async () => {
    const { faultOf, asked, clock } = await startIssuer();
    expect(await Promise.all([faultOf(), faultOf(), faultOf()])).toEqual([undefined, undefined, undefined]);
    clock.advance(19 * minute);
    expect(await faultOf()).toBeUndefined();
    expect(asked()).toBe(1);
    clock.advance(2 * minute);
    expect(await faultOf()).toBeUndefined();
    expect(asked()).toBe(2);
  });

  it('are fetched again for a key that is new, but no more than once a minute', async () => {
    const { faultOf, asked, publish, clock } = await startIssuer();
    expect(await faultOf()).toBeUndefined();
    expect(await faultOf(second)).toBe('unknown-key');
    expect(asked()).toBe(1);

    publish(second.published);
    clock.advance(minute);
    expect(await faultOf(second)).toBeUndefined();
    expect(await faultOf(first)).toBe('unknown-key');
    expect(asked()).toBe(2);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['an error', (response) => response.writeHead(500).end(), 'answers 500 instead of its keys'],
    ['a page', (response) => response.end('<html>'), 'answers with something that is no set of keys'],
    [
      'other JSON',
      (response) => response.end('{"keys":[1]}'),
      'answers with something that is no set of keys',
    ],
    [
      'too much',
      (response) => response.end('x'.repeat(300_000)),
      'answers with something that is no set of keys',
    ],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: '/' }).end(),
      'did not answer with its keys',
    ],
    ['nothing', (response) => response.destroy(), 'did not answer with its keys'],
  ])(
    'are asked for again later, where the answer is %s: the token is not refused',
    async (_name, answer, what) => {
      const issuer = await startIssuer();
      issuer.answerWith(answer);
      await expect(issuer.faultOf()).rejects.toMatchObject({
        code: 'identity-keys-unreachable',
        retry: 'retryable',
        status: 503,
        message: expect.stringContaining(what),
      });
      issuer.answerWith((response) => response.end(JSON.stringify(first.published)));
      expect(await issuer.faultOf()).toBeUndefined();
    },
  );

  it.each([
    ['no time', undefined, 59 * minute, 61 * minute],
    ['a very short one', 'max-age=0', 4 * minute, 6 * minute],
    ['a very long one', 'max-age=999999999', 23 * 60 * minute, 25 * 60 * minute],
  ])('are kept within bounds where the answer says %s', async (_name, cacheControl, within, after) => {
    const issuer = await startIssuer();
    issuer.answerWith((response) => {
      response.writeHead(200, cacheControl === undefined ? {} : { 'cache-control': cacheControl });
      response.end(JSON.stringify(first.published));
    });
    await issuer.faultOf();
    issuer.clock.advance(within);
    await issuer.faultOf();
    expect(issuer.asked()).toBe(1);
    issuer.clock.advance(after - within);
    await issuer.faultOf();
    expect(issuer.asked()).toBe(2);
  });
});
