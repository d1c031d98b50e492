import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A registry that wants a password, and has the tags that it was given. */
export const startBasicRegistry = async () => {
  const tags = new Set<string>();
  const server = createServer((request, response) => {
    if (request.headers.authorization === undefined)
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="images"' }).end();
    const [, listed] = /^\/v2\/(.+)\/tags\/list/.exec(request.url ?? '') ?? [];
    if (listed !== undefined) {
      const found = [...tags].flatMap((one) => (one.startsWith(`${listed}:`) ? [one.split(':')[1]] : []));
      return response.writeHead(200).end(JSON.stringify({ name: listed, tags: found }));
    }
    const [, image = '', tag = ''] =
      /^\/v2\/(.+)\/manifests\/(.+)$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    if (!tags.has(`${image}:${tag}`) && !tag.startsWith('sha256:')) return response.writeHead(404).end();
    const digest = tag.startsWith('sha256:')
      ? tag
      : `sha256:${createHash('sha256').update(`${image}:${tag}`).digest('hex')}`;
    return response.writeHead(200, { 'docker-content-digest': digest }).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** `example/app`, `v1.0.0` */
    push: (image: string, tag: string): void => void tags.add(`${image}:${tag}`),
  };
};
