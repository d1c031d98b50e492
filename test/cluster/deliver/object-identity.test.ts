import { describe, expect, it } from 'vitest';
import { identityProblem } from '../../../lib/cluster/deliver/object-identity.ts';
import { withServer } from '../support/server.ts';

const object = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' };

describe('the identity of an object', () => {
  it.each([
    object,
    { ...object, apiVersion: 'apps/v1' },
    { ...object, apiVersion: 'rbac.authorization.k8s.io/v1beta1', kind: 'Role', name: 'system:node' },
    { ...object, name: 'a.b' },
    { ...object, name: '...' },
    { ...object, name: 'Upper_case' },
    { ...object, name: 'a'.repeat(253) },
  ])('of %o is one', (one) => {
    expect(identityProblem(one)).toBeUndefined();
  });

  it.each([
    '.',
    '..',
    'a/b',
    '../secrets/x',
    '/',
    '%2e%2e',
    'a b',
    'a\n',
    'a\u0000',
    'a\u202e',
    '\u200b',
    'a'.repeat(254),
  ])('has no name %j', (name) => {
    expect(identityProblem({ ...object, name })).toMatch(/^Kubernetes has no ConfigMap of the name "/);
  });

  it.each([
    '',
    '.',
    '..',
    '../v1',
    'v1/..',
    'apps/',
    '/v1',
    'apps/v1/x',
    'Apps/v1',
    'a..b/v1',
    'v1?x',
    'v1#',
  ])('has no apiVersion %j', (apiVersion) => {
    expect(identityProblem({ ...object, apiVersion })).toBe(
      `apiVersion ${JSON.stringify(apiVersion)} is none`,
    );
  });

  it.each(['', '.', '..', 'Config/Map', 'Config Map', '1Map', 'Map-'])('has no kind %j', (kind) => {
    expect(identityProblem({ ...object, kind })).toBe(`kind ${JSON.stringify(kind)} is none`);
  });
});

describe('a request to the API server', () => {
  it.each([
    '/api/v1/namespaces/team-a/services/..',
    '/api/v1/namespaces/./x',
    '/api/v1/%2e%2e/x',
    '/api\\v1',
  ])('is not sent where its path %s would be read as another one', (path) =>
    withServer(
      () => {
        throw new Error('it was sent');
      },
      async ({ cluster, requests }) => {
        await expect(cluster.api.json({ method: 'GET', path, what: 'read x' })).rejects.toMatchObject({
          code: 'cluster-refused',
          message: `read x: no path of the API: ${path}`,
        });
        expect(requests).toEqual([]);
      },
    ),
  );
});
