import { createHash } from 'node:crypto';
import { createIdentityKey } from '../../../../infra/local/webhooks/identity-key.ts';
import type { Sample } from '../../../../infra/local/webhooks/sample.ts';
import { bodyOf, headersOf, prove, type SenderSecrets } from '../../../../infra/local/webhooks/sign.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { AppConfig, SourceConfig } from '../../../../lib/config/types.ts';
import { fixedKeys } from '../../../../lib/oidc/keys.ts';
import { createTokenVerifier } from '../../../../lib/oidc/verifier.ts';
import type { SourceSecrets } from '../../../../lib/sources/proof.ts';
import type { Source } from '../../../../lib/sources/source.ts';
import { senders } from '../../../contract/senders.ts';
import { production } from '../../../release/support/context.ts';
import type { Random } from './random.ts';

/** A source of tagboat.yml, and what its sender sends. Samples that want another configuration make another source. */
type Configured = {
  readonly name: string;
  readonly type: string;
  readonly source: Source;
  readonly config: SourceConfig;
  readonly samples: readonly Sample[];
  /** The secret of now, and the one before it. */
  readonly secrets: SourceSecrets;
  readonly previous: SourceSecrets;
};

const secretsOf = (name: string, age: string, { needs }: Source): SourceSecrets =>
  Object.fromEntries(
    needs.map((need) => {
      const random = createHash('sha256').update(`${name} ${need} ${age}`).digest('hex').slice(0, 24);
      return [need, `${name.toUpperCase()}-${age}-${random}`];
    }),
  );

const issuer = createIdentityKey();
/** Somebody who signs as if with the key of the issuer. */
const impostor = { ...createIdentityKey(), id: issuer.id };

/** For sources that have tokens of an issuer. */
export const tokenVerifier = (clock: Clock) =>
  createTokenVerifier({ keySets: fixedKeys(issuer.published), clock });

/** Every type of source that there is, from its samples. */
export const configuredSources: readonly Configured[] = senders.flatMap(({ name: type, source, samples }) =>
  [...Map.groupBy(samples, ({ config }) => JSON.stringify(config)).values()].map((alike, index) => {
    const name = index === 0 ? type : `${type}-${index + 1}`;
    return {
      name,
      type,
      source,
      config: alike[0]?.config ?? {},
      samples: alike,
      secrets: secretsOf(name, 'now', source),
      previous: secretsOf(name, 'before', source),
    };
  }),
);

/** The values of `env:` references. */
export const sourceEnv: Readonly<Record<string, string>> = Object.fromEntries(
  configuredSources.flatMap(({ name, secrets, previous }) => [
    ...Object.entries(secrets).map(([need, value]) => [`${name}_${need}`, String(value)]),
    ...Object.entries(previous).map(([need, value]) => [`${name}_previous_${need}`, String(value)]),
  ]),
);

/** `sources:` of tagboat.yml. */
export const sourceMap: Readonly<Record<string, SourceConfig>> = Object.fromEntries(
  configuredSources.map(({ name, type, config, source: { needs } }) => [
    name,
    {
      ...config,
      type,
      ...(needs.includes('secret')
        ? { secret: `env:${name}_secret`, previousSecret: `env:${name}_previous_secret` }
        : {}),
      ...(needs.includes('key') ? { key: `env:${name}_key`, previousKey: `env:${name}_previous_key` } : {}),
    },
  ]),
);

const subjects = [
  ...new Set(
    configuredSources.flatMap(({ samples }) =>
      samples.flatMap(({ events }) =>
        events.map((event) =>
          'repository' in event ? `git ${event.repository}` : `image ${'image' in event ? event.image : ''}`,
        ),
      ),
    ),
  ),
];

/** An app for each repository and each image that the samples announce. */
export const appsOfSamples: Readonly<Record<string, AppConfig>> = Object.fromEntries(
  subjects.map((subject, index) => {
    const [kind, name = ''] = subject.split(' ');
    const environment = { ...production, tags: { pattern: '.+' } };
    return [
      `app-${index}`,
      kind === 'git'
        ? {
            image: `docker.io/example/app-${index}`,
            repository: name,
            environments: { production: { ...environment, on: 'tag-push' } },
          }
        : { image: name, environments: { production: { ...environment, on: 'image-push' } } },
    ];
  }),
);

/** The text of a payload as it is sent: what a sender wraps is changed inside, and wrapped then. */
const wrapped = (text: string): string => {
  if (!text.includes('$base64')) return text;
  try {
    return bodyOf({ body: JSON.parse(text) });
  } catch {
    return text;
  }
};

/** Something that the sender of a source could have sent. */
export const hookOf = (
  { name, source, config, samples, secrets, previous }: Configured,
  random: Random,
  now: number,
) => {
  const sample = random.pick(samples);
  const own = random.once(4) ? previous : secrets;
  const [proof] = source.proofs(config);
  if (proof === undefined) throw new Error(`no proof for ${name}`);
  const { key } = own;
  const isInPath = proof.type === 'key' && key !== undefined;
  return {
    to: 'webhook' as const,
    source: name,
    payload: sample.body,
    encode: wrapped,
    path: isInPath ? `/webhooks/${name}/${key}` : `/webhooks/${name}`,
    pathParameters: isInPath ? { source: name, key } : { source: name },
    ...(isInPath ? { forgedPathParameters: { source: name, key: `${key}x` } } : {}),
    headers: (body: Buffer, isForged: boolean) => {
      const given: SenderSecrets = isForged
        ? { secret: `${own.secret}x`, key: `${key}x`, identityKey: impostor }
        : { ...own, identityKey: issuer };
      return {
        'content-type': 'application/json',
        ...headersOf(sample, body, given),
        ...prove(proof, body, given, now).headers,
      };
    },
  };
};
