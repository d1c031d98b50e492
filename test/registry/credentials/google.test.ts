import { verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { googleCredentials } from '../../../lib/registry/credentials/google.ts';
import { googleKey, issuer, publicKey, start, testTransport, unsealing } from './support.ts';

const host = 'europe-docker.pkg.dev';
const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

test('signs who asks, for Google and nobody else, whatever the key says', async () => {
  const service = await issuer(() => ({ status: 200, body: { access_token: 'ya29.a', expires_in: 3599 } }));
  const { transport } = testTransport();

  await googleCredentials(host, 'kms:A', unsealing(googleKey), service.url).get(transport);

  const [request] = service.seen;
  expect([request?.method, request?.type]).toEqual(['POST', 'application/x-www-form-urlencoded']);
  const form = new URLSearchParams(request?.body);
  expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header, claims, signature = ''] = form.get('assertion')?.split('.') ?? [];
  expect(decoded(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
  expect(decoded(claims)).toEqual({
    iss: 'pull@acme.iam.gserviceaccount.com',
    scope:
      'https://www.googleapis.com/auth/cloud-platform.read-only https://www.googleapis.com/auth/devstorage.read_only',
    aud: 'https://oauth2.googleapis.com/token',
    iat: start / 1000,
    exp: start / 1000 + 3600,
  });
  const signed = Buffer.from(`${header}.${claims}`);
  expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
});

test.each([
  ['no JSON', 'hunter2'],
  ['a key of another kind', '{"type":"authorized_user","client_email":"a","private_key":"hunter2"}'],
  ['half of it', '{"client_email":"a"}'],
])('refuses what is no key of a service account: %s', async (_name, text) => {
  const error = googleCredentials(host, 'kms:A', unsealing(text), 'http://127.0.0.1:1').get(
    testTransport().transport,
  );
  await expect(error).rejects.toMatchObject({
    code: 'registry-denied',
    retry: 'terminal',
    message: `the serviceAccountKey of ${host} is not the JSON file of a Google service account key`,
  });
});
