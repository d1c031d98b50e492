import { X509Certificate } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBoth, selfSignedCertificate, serveBoth } from '../../infra/local/tls.ts';

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

describe('a self-signed certificate', () => {
  it('names its hosts and localhost, and is its own authority', () => {
    const { cert } = selfSignedCertificate(['tagboat.test', '10.1.2.3', 'fe80::1:2']);
    const certificate = new X509Certificate(cert);
    expect(certificate.subjectAltName).toBe(
      'DNS:tagboat.test, IP Address:10.1.2.3, IP Address:FE80:0:0:0:0:0:1:2, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(certificate.ca).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('is valid from a day ago for ten years, with a serial number of its own', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    const [a, b] = [selfSignedCertificate([], now), selfSignedCertificate([], now)].map(
      ({ cert }) => new X509Certificate(cert),
    );
    expect(a?.validFromDate.toISOString()).toBe('2026-11-22T12:00:00.000Z');
    expect(a?.validToDate.toISOString()).toBe('2036-11-20T12:00:00.000Z');
    expect(a?.serialNumber).not.toBe(b?.serialNumber);
  });
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
