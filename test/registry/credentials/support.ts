import { generateKeyPairSync } from 'node:crypto';
import { vi } from 'vitest';
import { createCallAws } from '../../../lib/registry/credentials/aws.ts';
import { type CredentialsContext, credentialsProvider } from '../../../lib/registry/credentials/catalog.ts';
import type { CredentialsProvider } from '../../../lib/registry/credentials/credentials.ts';
import type { Transport } from '../../../lib/registry/transport.ts';
import { answer, serve } from '../../http/serve.ts';

export const hour = 3_600_000;
/** When the tests begin, in milliseconds since the epoch. */
export const start = Date.UTC(2026, 10, 27);

/** A transport whose clock stands still until it is told otherwise. */
export const testTransport = () => {
  let now = start;
  const transport: Transport = { fetch, now: () => now, signal: new AbortController().signal };
  return {
    transport,
    advance: (milliseconds: number): void => {
      now += milliseconds;
    },
  };
};

/** What a service answers next; a status alone has no body. */
export type Reply = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

/** A service that issues credentials: what it was asked is in `seen`. */
export const issuer = async (reply: (count: number) => Reply) => {
  const server = await serve((_request, response) => {
    const { status, body, headers } = reply(server.seen.length);
    answer(response, status, headers, body === undefined ? '' : JSON.stringify(body));
  });
  return server;
};

export const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const googleKey = JSON.stringify({
  type: 'service_account',
  client_email: 'pull@acme.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://evil.example.net/token',
});

export const awsKeys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2' };

/** Every kind of credentials, with the service that issues them at `url`. */
export const kinds: readonly {
  readonly name: string;
  /** Asks nobody but KMS where false. */
  readonly isIssued: boolean;
  /** How often something sealed is opened for one issue. */
  readonly opens: readonly string[];
  /** What the service answers, for an issue that lasts twelve hours or one. */
  readonly reply: (password: string, now: number) => unknown;
  readonly lastsMs: number;
  readonly username: string;
  provider(url: string, unseal: CredentialsContext['unseal']): CredentialsProvider | undefined;
}[] = [
  {
    name: 'password',
    isIssued: false,
    opens: ['registries/ghcr.io/password'],
    reply: () => undefined,
    lastsMs: Number.POSITIVE_INFINITY,
    username: 'bot',
    provider: (_url, unseal) =>
      credentialsProvider('ghcr.io', { username: 'bot', password: 'kms:A' }, false, {
        unseal,
        callAws: createCallAws({}),
      }),
  },
  {
    name: 'ecr',
    isIssued: true,
    opens: [],
    reply: (password, now) => ({
      authorizationData: [
        {
          authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
          expiresAt: (now + 12 * hour) / 1000,
          proxyEndpoint: 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com',
        },
      ],
    }),
    lastsMs: 12 * hour,
    username: 'AWS',
    provider: (url, unseal) =>
      credentialsProvider('123456789012.dkr.ecr.eu-central-1.amazonaws.com', undefined, false, {
        unseal,
        callAws: createCallAws({ ...awsKeys, AWS_ENDPOINT_URL_ECR: url }),
      }),
  },
  {
    name: 'google',
    isIssued: true,
    opens: ['registries/europe-docker.pkg.dev/serviceAccountKey'],
    reply: (password) => ({ access_token: password, expires_in: 3599, token_type: 'Bearer' }),
    lastsMs: hour,
    username: 'oauth2accesstoken',
    provider: (url, unseal) =>
      credentialsProvider('europe-docker.pkg.dev', { serviceAccountKey: 'kms:A' }, false, {
        unseal,
        callAws: createCallAws({}),
        googleTokenUrl: url,
      }),
  },
];

export const unsealing = (plaintext: string) => vi.fn(async (_reference: string, _slot: string) => plaintext);
