import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Context } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { createHandler } from '../../functions/webhook.ts';
import { runCommand, useShell } from '../git/support/shell.ts';
import { httpEvent } from '../http/event.ts';
import { configWith, image } from '../release/support/context.ts';
import { memoryRuntime } from './support/memory-runtime.ts';

useShell();

const page = readFileSync(path.join(import.meta.dirname, '../../docs/sources.md'), 'utf8');
const script = /<!-- announce\.sh: .* -->\n\n```sh\n(.*?)```/s.exec(page)?.[1] ?? '';

const secret = 'It\'s a $ecret "for" `everybody`';
const digest = `sha256:${'ab'.repeat(32)}`;

/** The webhook function behind a real HTTP server, and what it was sent. */
const startApi = async () => {
  const config = { ...configWith(), sources: { generic: { secret: 'env:SECRET' } } };
  const { runtime } = memoryRuntime(config, { SECRET: secret });
  const handler = createHandler(runtime);
  const seen: { readonly body: string; readonly signature: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    seen.push({ body: body.toString(), signature: request.headers['x-tagboat-signature'] });
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const event = {
      ...httpEvent({ body, headers }),
      pathParameters: { source: request.url?.split('/').at(-1) },
    };
    const answer = await handler(event, { getRemainingTimeInMillis: () => 10_000 } as Context);
    response.writeHead(answer.statusCode ?? 500).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Runs the script as it stands on the page. */
  const announce = (args: readonly string[], key = secret) =>
    runCommand({
      command: ['sh', '-s', '--', ...args],
      env: { PATH: process.env.PATH, TAGBOAT_URL: url, TAGBOAT_SECRET: key, no_proxy: '127.0.0.1' },
      input: Buffer.from(script),
    });
  return { announce, seen };
};

test('the script announces an image, signed', async () => {
  const { announce, seen } = await startApi();
  const { status, stdout } = await announce([image, '1.2.3', digest]);

  expect(status).toBe(0);
  expect(JSON.parse(stdout.toString())).toMatchObject({
    releases: [{ app: 'okeydokey', environment: 'production', tag: '1.2.3' }],
  });
  const [{ body = '', signature } = {}] = seen;
  expect(JSON.parse(body)).toEqual({ image, tag: '1.2.3', digest });
  expect(signature).toBe(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
});

test('without a digest, the registry is asked', async () => {
  const { announce } = await startApi();
  const { status, stdout } = await announce([image, '1.2.3']);

  expect(status).toBe(0);
  expect(JSON.parse(stdout.toString())).toMatchObject({ releases: [{ tag: '1.2.3' }] });
});

test.each([
  ['the secret is another', [image, '1.2.3'], 'another', 'signature-wrong'],
  ['the tag is a variable that is not set', [image, ''], secret, 'payload-invalid'],
])('the script fails, and says why, where %s', async (_name, args, key, code) => {
  const { announce } = await startApi();
  const { status, stdout } = await announce(args, key);

  expect(status).not.toBe(0);
  expect(stdout.toString()).toContain(code);
});
