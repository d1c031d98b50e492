import { describe, expect, it } from 'vitest';
import { createRouter } from '../../../../infra/local/runtime/gateway/routes.ts';

const match = createRouter([
  { method: '*', path: '/any', target: 'any' },
  { method: 'GET', path: '/any', target: 'get any' },
  { method: 'POST', path: '/webhooks/{source}', target: 'source' },
  { method: 'POST', path: '/webhooks/{source}/{key}', target: 'source and key' },
  { method: 'POST', path: '/webhooks/ping', target: 'ping' },
  { method: 'GET', path: '/files/{path+}', target: 'files' },
  { method: 'GET', path: '/', target: 'root' },
]);

describe('createRouter', () => {
  it.each<[string, string, string | undefined, Record<string, string>]>([
    ['POST', '/webhooks/github', 'source', { source: 'github' }],
    ['POST', '/webhooks/dockerhub/s3cr%2Ft', 'source and key', { source: 'dockerhub', key: 's3cr/t' }],
    ['POST', '/webhooks/ping', 'ping', {}],
    ['POST', '/webhooks/%zz', 'source', { source: '%zz' }],
    ['GET', '/any', 'get any', {}],
    ['DELETE', '/any', 'any', {}],
    ['GET', '/files/a/b%20c', 'files', { path: 'a/b c' }],
    ['GET', '/', 'root', {}],
    ['GET', '/webhooks/github', undefined, {}],
    ['POST', '/webhooks', undefined, {}],
    ['POST', '/webhooks/', undefined, {}],
    ['POST', '/webhooks/a/b/c', undefined, {}],
  ])('%s %s → %s', (method, pathname, target, parameters) => {
    const found = match(method, pathname);

    expect(found).toEqual(target === undefined ? undefined : { target, parameters });
  });
});
