import { createHmac } from 'node:crypto';
import { createIdentityKey } from '../../infra/local/webhooks/identity-key.ts';
import { type Sample, sampledSources, samplesOf } from '../../infra/local/webhooks/sample.ts';
import { bodyOf, headersOf, prove, type SenderSecrets, signSample } from '../../infra/local/webhooks/sign.ts';
import type { RawRequest } from '../../lib/http.ts';
import { toRawRequest } from '../../lib/http.ts';
import { fixedKeys } from '../../lib/oidc/keys.ts';
import { createTokenVerifier } from '../../lib/oidc/verifier.ts';
import { sources } from '../../lib/sources/catalog.ts';
import type { Claim, SourceSecrets } from '../../lib/sources/proof.ts';
import type { Source } from '../../lib/sources/source.ts';
import { verifySource } from '../../lib/sources/verify.ts';
import { httpEvent } from '../http/event.ts';
import { manualClock } from '../support/manual-clock.ts';

export const sourceNamed = (name: string): Source => {
  const source = sources[name];
  if (source === undefined) throw new Error(`no source ${name}`);
  return source;
};

const clock = manualClock();
export const issuer = createIdentityKey();
const own: SenderSecrets = {
  identityKey: issuer,
  secret: "It's a Secret to Everybody",
  key: 'q7Jw0d4x',
};
const guessed: SenderSecrets = {
  identityKey: { ...createIdentityKey(), id: issuer.id },
  secret: "It's a Secret to Everybodz",
  key: 'q7Jw0d4y',
};

/** A sender of one type of source: its samples, and how it sends them. The contract suite runs every source through its own. */
export type Sender = {
  readonly name: string;
  readonly source: Source;
  readonly secrets: SourceSecrets;
  readonly samples: readonly Sample[];
  /** The one that announces exactly one thing. */
  readonly sample: Sample;
  /** The payload of it. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Whether a changed body is noticed; where the sender signs nothing, it cannot be. */
  readonly signsBody: boolean;
  /** Whether it refuses what it cannot read; else it sets that aside, since its sender would send it again for days. */
  readonly refuses: boolean;
  /** The headers of a genuine request with that body, as of the default sample. */
  headers(body: Uint8Array | string): Readonly<Record<string, string>>;
  /** The headers of a sender that does not know the secret. */
  forgedHeaders(body: Uint8Array | string): Readonly<Record<string, string>>;
  /** Which headers carry the proof. */
  readonly proofHeaders: readonly string[];
  readonly pathKey: string | undefined;
  readonly forgedPathKey: string | undefined;
};

const senderOf = (name: string): Sender => {
  const source = sourceNamed(name);
  const samples = samplesOf(name);
  const [sample] = samples;
  if (sample === undefined) throw new Error(`no samples of ${name}`);
  const [proof] = source.proofs(sample.config);
  if (proof === undefined) throw new Error(`no proof for ${name}`);
  const needed = (secrets: SourceSecrets): SourceSecrets =>
    Object.fromEntries(source.needs.map((need) => [need, secrets[need]]));
  const headersWith = (secrets: SenderSecrets) => (body: Uint8Array | string) => ({
    'content-type': 'application/json',
    ...headersOf(sample, body, secrets),
    ...prove(proof, body, secrets, clock.now()).headers,
  });
  return {
    name,
    source,
    secrets: needed(own),
    samples,
    sample,
    payload: JSON.parse(bodyOf(sample)),
    signsBody: proof.type === 'hmac',
    refuses: name !== 'artifact-registry',
    headers: headersWith(own),
    forgedHeaders: headersWith(guessed),
    proofHeaders: Object.keys(prove(proof, '', own).headers),
    pathKey: proof.type === 'key' ? own.key : undefined,
    forgedPathKey: proof.type === 'key' ? guessed.key : undefined,
  };
};

export const senders: readonly Sender[] = sampledSources().map(senderOf);

export const senderNamed = (name: string): Sender => {
  const sender = senders.find((one) => one.name === name);
  if (sender === undefined) throw new Error(`no sender ${name}`);
  return sender;
};

/** What arrives at a function when a sender sends that sample. */
export const arrivedSample = ({ source }: Sender, sample: Sample): RawRequest => {
  const { body, headers } = signSample(sample, source, own, sample.config, clock.now());
  return arrived(body, headers);
};

/** Verifies as the webhook function does. */
export const verifyAs = (source: Source, claim: Claim, config = {}): Promise<void> =>
  verifySource(source, { verifyToken, ...claim }, config);

const verifyToken = createTokenVerifier({ keySets: fixedKeys(issuer.published), clock });

export const githubSignature = (body: Uint8Array | string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** What arrives at a function when somebody sends that. */
export const arrived = (body: Uint8Array | string, headers: Readonly<Record<string, string>>): RawRequest =>
  toRawRequest(httpEvent({ body, headers }));
