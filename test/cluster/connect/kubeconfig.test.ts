import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { connect } from '../../../lib/cluster/connect/connect.ts';
import { readKubeconfig } from '../../../lib/cluster/connect/kubeconfig.ts';

const secret = 'S3cretValue';

const config = (change: {
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  root?: Record<string, unknown>;
}): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...change.cluster } }],
    users: [
      { name: 'u', user: { token: secret, ...change.user } },
      { name: 'other', user: { exec: { command: 'aws' } } },
    ],
    contexts: [
      { name: 'x', context: { cluster: 'c', user: 'u' } },
      { name: 'y', context: { cluster: 'c', user: 'other' } },
      { name: 'dangling', context: { cluster: 'none', user: 'u' } },
    ],
    'current-context': 'x',
    ...change.root,
  });

test.each([
  ['not YAML', `a: [${secret}`, undefined, 'kubeconfig: is not YAML'],
  ['empty', '', undefined, 'kubeconfig: is empty or not a mapping'],
  ['a text', secret, undefined, 'kubeconfig: is empty or not a mapping'],
  [
    'no current context',
    config({ root: { 'current-context': '' } }),
    undefined,
    'kubeconfig: has no current-context, and tagboat.yml names none',
  ],
  ['an unknown context', config({}), 'z', 'kubeconfig: contexts has no usable entry named "z"'],
  [
    'a cluster that is not there',
    config({}),
    'dangling',
    'kubeconfig: clusters has no usable entry named "none"',
  ],
  [
    'exec',
    config({}),
    'y',
    'kubeconfig: users.other.exec: exec plugins are not run; embed a token or a client certificate',
  ],
  [
    'auth-provider',
    config({ user: { 'auth-provider': { name: 'gcp' } } }),
    undefined,
    'kubeconfig: users.u.auth-provider: auth-provider plugins are not run; embed a token or a client certificate',
  ],
  [
    'a certificate file',
    config({ user: { 'client-certificate': '/a.crt' } }),
    undefined,
    'kubeconfig: users.u.client-certificate: files are not read; embed it as client-certificate-data',
  ],
  [
    'a key file',
    config({ user: { 'client-key': '/a.key' } }),
    undefined,
    'kubeconfig: users.u.client-key: files are not read; embed it as client-key-data',
  ],
  [
    'a token file',
    config({ user: { tokenFile: '/token' } }),
    undefined,
    'kubeconfig: users.u.tokenFile: files are not read; embed it as token',
  ],
  [
    'a CA file',
    config({ cluster: { 'certificate-authority': '/ca.crt' } }),
    undefined,
    'kubeconfig: clusters.c.certificate-authority: files are not read; embed it as certificate-authority-data',
  ],
  [
    'http',
    config({ cluster: { server: 'http://10.0.0.1' } }),
    undefined,
    'kubeconfig: clusters.c.server is http: and would send credentials in clear; only with insecure-skip-tls-verify: true',
  ],
  [
    'another scheme',
    config({ cluster: { server: 'ftp://10.0.0.1' } }),
    undefined,
    'kubeconfig: clusters.c.server is not an http(s) URL',
  ],
  [
    'credentials in the URL',
    config({ cluster: { server: `https://a:${secret}@10.0.0.1` } }),
    undefined,
    'kubeconfig: clusters.c.server carries credentials',
  ],
  [
    'a token that is no text',
    config({ user: { token: 12 } }),
    undefined,
    'kubeconfig: users.u.token is not text',
  ],
  [
    'groups to impersonate',
    config({ user: { as: 'a', 'as-groups': ['b'] } }),
    undefined,
    'kubeconfig: users.u.as-groups: only `as` is supported for impersonation',
  ],
])('refused: %s', (_, kubeconfig, context, message) => {
  const attempt = () => connect({ kubeconfig, context });
  expect(attempt).toThrow(expect.objectContaining({ code: 'cluster-kubeconfig-invalid', message }));
  expect(attempt).not.toThrow(secret);
});

test('what other contexts of the file ask for does not matter, and is left out', () => {
  const { text, server } = readKubeconfig(config({}));
  expect(server).toBe('https://127.0.0.1:6443');
  expect(JSON.parse(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server } }],
    users: [{ name: 'user', user: { token: secret } }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  });
});

test('a named context wins over the current one', () => {
  const text = config({ root: { 'current-context': 'y' } });
  expect(connect({ kubeconfig: text, context: 'x' }).server).toBe('https://127.0.0.1:6443');
});
