import { expect, test } from 'vitest';
import { isInsideAddress } from '../../lib/registry/address.ts';
import { tokenServiceTrust } from '../../lib/registry/token-service.ts';

const trust = (registry: string, realm: string, tokenService?: string) => {
  const [host = '', endpoint = `https://${host}/`] = registry.split(' at ');
  return tokenServiceTrust(new URL(realm), { host, endpoint: new URL(endpoint), tokenService });
};

// What these registries name, as they are set up by themselves
test.each([
  ['docker.io at https://registry-1.docker.io/', 'https://auth.docker.io/token'],
  ['docker.io at https://mirror.example.com/', 'https://auth.docker.io/token'],
  ['ghcr.io', 'https://ghcr.io/token'],
  ['quay.io', 'https://quay.io/v2/auth'],
  ['gcr.io', 'https://gcr.io/v2/token'],
  ['europe-docker.pkg.dev', 'https://europe-docker.pkg.dev/v2/token'],
  ['public.ecr.aws', 'https://public.ecr.aws/token/'],
  ['acme.azurecr.io', 'https://acme.azurecr.io/oauth2/token'],
  ['registry.gitlab.com', 'https://gitlab.com/jwt/auth'],
  ['registry.example.com', 'https://gitlab.example.com/jwt/auth'],
  ['gitlab.example.com:5050', 'https://gitlab.example.com/jwt/auth'],
  ['harbor.example.com', 'https://harbor.example.com/service/token'],
  ['acme.jfrog.io', 'https://acme.jfrog.io/artifactory/api/docker/images/v2/token'],
  ['acme-images.jfrog.io', 'https://acme.jfrog.io/v2/token'],
  ['registry.digitalocean.com', 'https://api.digitalocean.com/v2/registry/auth'],
  ['rg.fr-par.scw.cloud', 'https://api.scaleway.com/registry-internal/v1/regions/fr-par/tokens'],
  ['registry.acme.co.uk', 'https://auth.acme.co.uk/token'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5001/token'],
  ['localhost:5000', 'http://localhost:5001/token'],
])('%s: the token service %s sees its credentials', (registry, realm) => {
  expect(trust(registry, realm)).toBe('credentials');
});

test.each([
  ['another domain', 'registry.example.com', 'https://auth.example.net/token'],
  ['a domain that ends alike', 'registry.example.com', 'https://notexample.com/token'],
  ['the same subdomain elsewhere', 'registry.example.com', 'https://registry.example.com.evil.net/token'],
  ['a neighbour under a public suffix', 'acme.co.uk', 'https://evil.co.uk/token'],
  ['a neighbour in a shared domain', 'acme.azurecr.io', 'https://evil.azurecr.io/token'],
  ['a neighbour of another project', 'europe-docker.pkg.dev', 'https://evil-docker.pkg.dev/token'],
  ['the instance metadata', 'registry.example.com', 'http://169.254.169.254/latest/'],
  ['a private address', 'registry.example.com', 'https://10.0.0.7/token'],
  ['another private address', '10.0.0.8:5000', 'https://10.0.0.7/token'],
  ['an address that ends alike', '110.0.0.7:5000', 'https://10.0.0.7/token'],
  ['the machine itself', 'registry.example.com', 'https://localhost/token'],
  ['another name of one label', 'registry:5000', 'https://auth/token'],
  ['the top of the domain alone', 'registry.com', 'https://com/token'],
])('%s is not asked', (_name, registry, realm) => {
  expect(trust(registry, realm)).toBe('none');
});

test('what hands a great public registry through may name its token service, for what needs no credentials', () => {
  expect(trust('images.example.com', 'https://ghcr.io/token')).toBe('anonymous');
  expect(trust('images.example.com', 'https://ghcr.io:8443/token')).toBe('none');
});

test('what tagboat.yml names is asked', () => {
  expect(trust('registry.example.com', 'https://auth.example.net/token', 'auth.example.net')).toBe(
    'credentials',
  );
  expect(trust('registry.example.com', 'https://10.0.0.7:8443/token', '10.0.0.7:8443')).toBe('credentials');
  expect(trust('registry.example.com', 'https://10.0.0.7/token', '10.0.0.7:8443')).toBe('none');
});

test.each([
  ...[
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
  ],
  ...[
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://169.254.169.254/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
  ],
  ...[
    'http://172.31.255.255/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'http://printer/',
  ],
  ...['http://localhost./', 'http://a.localhost/', 'http://nas.local/'],
])('%s is inside', (url) => {
  expect(isInsideAddress(new URL(url).hostname)).toBe(true);
});

test.each([
  'http://8.8.8.8/',
  'http://172.32.0.1/',
  'http://[2606:4700::1111]/',
  'https://ghcr.io/',
  'https://localhost.example.com/',
])('%s is outside', (url) => {
  expect(isInsideAddress(new URL(url).hostname)).toBe(false);
});
