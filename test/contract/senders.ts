import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RawRequest } from '../../lib/http.ts';
import { toRawRequest } from '../../lib/http.ts';
import type { SourceSecrets } from '../../lib/sources/source.ts';
import { httpEvent } from '../http/event.ts';

/** How each kind of sender makes a genuine request; the contract suite runs every source through its own. */
export type Sender = {
  readonly name: string;
  readonly secrets: SourceSecrets;
  /** A payload that announces exactly one thing. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Whether a changed body is noticed; where the sender signs nothing, it cannot be. */
  readonly signsBody: boolean;
  headers(body: Uint8Array): Readonly<Record<string, string>>;
  /** The headers of somebody who does not know the secret. */
  forgedHeaders(body: Uint8Array): Readonly<Record<string, string>>;
  /** Which headers carry the proof. */
  readonly proofHeaders: readonly string[];
  readonly pathKey: string | undefined;
  readonly forgedPathKey: string | undefined;
};

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../fixtures/webhooks/${name}`, import.meta.url), 'utf8'));

export const githubSignature = (body: Uint8Array | string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

const githubHeaders = (body: Uint8Array, secret: string) => ({
  'content-type': 'application/json',
  'x-github-event': 'push',
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'x-hub-signature-256': githubSignature(body, secret),
});

const distributionHeaders = (secret: string) => ({
  'content-type': 'application/vnd.docker.distribution.events.v1+json',
  authorization: `Bearer ${secret}`,
});

export const senders: readonly Sender[] = [
  {
    name: 'github',
    secrets: { secret: "It's a Secret to Everybody" },
    payload: {
      ref: 'refs/tags/v1.0.0',
      before: '0'.repeat(40),
      after: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
      created: true,
      deleted: false,
      head_commit: { id: '6113728f27ae82c7b1a177c8d03f9e96e0adf246' },
      repository: {
        full_name: 'Codertocat/Hello-World',
        html_url: 'https://github.com/Codertocat/Hello-World',
      },
      sender: { login: 'Codertocat' },
    },
    signsBody: true,
    headers: (body) => githubHeaders(body, "It's a Secret to Everybody"),
    forgedHeaders: (body) => githubHeaders(body, 'guessed'),
    proofHeaders: ['x-hub-signature-256'],
    pathKey: undefined,
    forgedPathKey: undefined,
  },
  {
    name: 'dockerhub',
    secrets: { key: 'q7Jw0d4x' },
    payload: fixture('dockerhub.json'),
    signsBody: false,
    headers: () => ({ 'content-type': 'application/json' }),
    forgedHeaders: () => ({ 'content-type': 'application/json' }),
    proofHeaders: [],
    pathKey: 'q7Jw0d4x',
    forgedPathKey: 'q7Jw0d4y',
  },
  {
    name: 'distribution',
    secrets: { secret: 's3cret' },
    payload: fixture('distribution.json').body as Record<string, unknown>,
    signsBody: false,
    headers: () => distributionHeaders('s3cret'),
    forgedHeaders: () => distributionHeaders('s3creT'),
    proofHeaders: ['authorization'],
    pathKey: undefined,
    forgedPathKey: undefined,
  },
];

/** What arrives at a function when somebody sends that. */
export const arrived = (body: Uint8Array | string, headers: Readonly<Record<string, string>>): RawRequest =>
  toRawRequest(httpEvent({ body, headers }));
