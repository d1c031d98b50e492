import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { selfSignedCertificate } from '@tagboat/embedded-cluster';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBoth, serveBoth } from '../../../../infra/local/stack/server/http-and-tls.ts';

const serve = async () => {
  const certificate = selfSignedCertificate([]);
  const both = createBoth(certificate, (request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const encrypted = 'encrypted' in request.socket;
      response.end(`${encrypted ? 'https' : 'http'} ${request.url} ${Buffer.concat(body).length}`);
    });
  });
  const server = serveBoth(both);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { port: (server.address() as AddressInfo).port, certificate, server };
};

const ask = (
  send: typeof httpRequest | typeof httpsRequest,
  options: RequestOptions,
  body = '',
): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = send({ ...options, method: 'POST', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    request.end(body);
  });

describe('one port for both', () => {
  it('speaks http and https', async () => {
    const { port, certificate } = await serve();
    const where = { host: '127.0.0.1', port };
    const large = 'x'.repeat(300_000);
    const answers = await Promise.all([
      ask(httpRequest, { ...where, path: '/a' }),
      ask(httpsRequest, { ...where, path: '/b', ca: certificate.cert }),
      ask(httpRequest, { ...where, path: '/c' }, large),
      ask(httpsRequest, { ...where, host: 'localhost', family: 4, path: '/d', ca: certificate.cert }, large),
    ]);
    expect(answers).toEqual(['http /a 0', 'https /b 0', 'http /c 300000', 'https /d 300000']);
  });

  it('is not trusted by one who was not told to', async () => {
    const { port } = await serve();
    await expect(ask(httpsRequest, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('survives connections that say nothing, or nonsense', async () => {
    const { port } = await serve();
    for (const bytes of [[], [0x16, 1, 2, 3, 4, 5, 6, 7, 8], [0, 255]])
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(Buffer.from(bytes));
          socket.end();
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    expect(await ask(httpRequest, { host: '127.0.0.1', port, path: '/' })).toBe('http / 0');
  });
});
