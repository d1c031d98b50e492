import { describe, expect, it } from 'vitest';
import { readPullWords } from '../../../lib/cluster/diagnose/pull.ts';

const unpack = (words: string): string =>
  `rpc error: code = Unknown desc = failed to pull and unpack image "ghcr.io/acme/web:2": failed to resolve reference "ghcr.io/acme/web:2": ${words}`;

/** As containerd, CRI-O, Docker and registries wrote them. */
describe('an image that does not come', () => {
  it.each<[string, string]>([
    [unpack('ghcr.io/acme/web:2: not found'), 'the registry does not have it'],
    [
      'rpc error: code = Unknown desc = Error response from daemon: manifest for ghcr.io/acme/web:2 not found: manifest unknown: manifest unknown',
      'the registry does not have it',
    ],
    ['reading manifest 2 in ghcr.io/acme/web: manifest unknown', 'the registry does not have it'],
    [
      unpack(
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      ),
      'the registry does not have the repository, or does not let the cluster see it',
    ],
    [
      unpack(
        'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fweb%3Apull&service=ghcr.io: 401 Unauthorized',
      ),
      'the registry denies it',
    ],
    [
      unpack('pulling from host ghcr.io failed with status code [manifests 2]: 401 Unauthorized'),
      'the registry denies it',
    ],
    ['requested access to the resource is denied', 'the registry denies it'],
    [
      unpack(
        'unexpected status code https://registry-1.docker.io/v2/acme/web/manifests/2: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
      ),
      'the registry limits how often it is asked',
    ],
    [
      unpack(
        'failed to do request: Head "https://ghcr.io/v2/acme/web/manifests/2": dial tcp: lookup ghcr.io: no such host',
      ),
      'the node does not reach the registry',
    ],
    [
      unpack(
        'failed to do request: Head "https://ghcr.io/v2/acme/web/manifests/2": dial tcp 140.82.121.34:443: i/o timeout',
      ),
      'the node does not reach the registry',
    ],
    [
      unpack(
        'failed to do request: Head "https://ghcr.io/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ),
      'the node does not trust the certificate of the registry, or it has none',
    ],
    [
      unpack(
        'failed to do request: Head "https://ghcr.io/v2/": http: server gave HTTP response to HTTPS client',
      ),
      'the node does not trust the certificate of the registry, or it has none',
    ],
    [
      'failed to pull and unpack image "ghcr.io/acme/web:2": no match for platform in manifest: not found',
      'it is not there for the CPU and the operating system of the node',
    ],
    [
      'Failed to apply default image tag "ghcr.io/acme/Web:2": couldn\'t parse image name "ghcr.io/acme/Web:2": invalid reference format',
      'that is no valid name of an image',
    ],
    [
      'Container image "ghcr.io/acme/web:2" is not present with pull policy of Never',
      'the node does not have it, and imagePullPolicy is Never',
    ],
    [unpack('write /var/lib/containerd/x: no space left on device'), 'the disk of the node is full'],
    [unpack('unexpected status: 503 Service Unavailable'), 'the registry has trouble of its own'],
  ])('%s', (words, says) => {
    expect(readPullWords(words, 'ghcr.io/acme/web:2').says).toBe(says);
  });

  it.each<[string, string, string]>([
    [
      'acme/web:2',
      'unauthorized: authentication required',
      'Check the pull secret of the namespace for docker.io (imagePullSecrets of the pod or its service account), and whether it has expired.',
    ],
    [
      'registry.example.com:5000/denied/unauthorized:not-found',
      'registry.example.com:5000/denied/unauthorized:not-found: no such host',
      'Check the way from the nodes to registry.example.com:5000: DNS, firewall, proxy.',
    ],
    [
      'localhost/web:2',
      'something else',
      'Check that localhost has localhost/web:2 and that the pull secret of the namespace is right.',
    ],
  ])('what to do about %s: %s', (image, words, next) => {
    expect(readPullWords(words, image).next).toBe(next);
  });
});
