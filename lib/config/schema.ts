import { z } from 'zod';
import { allow } from './allow-schema.ts';
import { app } from './app-schema.ts';
import { commit } from './commit-schema.ts';
import * as field from './fields.ts';
import { knownSources, type SourceFields } from './sources.ts';
import { normaliseHost } from './text-checks.ts';
import type { Config, RedeliveryConfig } from './types.ts';

const cluster = z
  .strictObject({
    kubeconfig: field.secret({
      title: 'Kubeconfig',
      description: 'Sealed kubeconfig; slot clusters/<name>/kubeconfig.',
    }),
    context: field
      .plainText({
        title: 'Context',
        description: 'Context of the kubeconfig; its current one where absent.',
      })
      .optional(),
  })
  .meta({ title: 'Cluster', description: 'A Kubernetes cluster that releases go to.' });

const username = field.plainText({
  title: 'User name',
  description: 'Goes with `password`; for Git `x-access-token` where absent.',
});

const configRepo = z
  .strictObject({
    url: field.url({
      title: 'URL',
      description: 'Smart-HTTP URL of the Git repository, https.',
      examples: ['https://github.com/owner/name.git'],
    }),
    branch: field.branch({ title: 'Branch', description: 'The branch whose manifests say what runs.' }),
    username: username.optional(),
    password: field
      .secret({
        title: 'Password',
        description: 'Sealed password or token; slot configRepos/<name>/password.',
      })
      .optional(),
    commit: commit.optional(),
  })
  .meta({ title: 'Config repo', description: 'The Git repository and branch that holds the manifests.' });

const registry = z
  .strictObject({
    endpoint: field
      .url({
        title: 'Endpoint',
        description: 'Where the registry answers, where the host alone does not say so.',
        examples: ['https://registry-1.docker.io'],
      })
      .optional(),
    username: username.optional(),
    password: field
      .secret({
        title: 'Password',
        description: 'Sealed password or token; slot registries/<host>/password.',
      })
      .optional(),
  })
  .meta({ title: 'Registry', description: 'Credentials or endpoint of a registry.' });

const redelivery = z
  .strictObject({
    token: field.secret({
      title: 'Token',
      description:
        'Sealed token that may read and write webhooks of these repositories; slot sources/<name>/token.',
    }),
    host: field
      .host({
        title: 'Host',
        description: 'The Git host; the repositories that the apps have there are asked.',
        examples: ['github.example.com'],
      })
      .prefault('github.com'),
    organizations: z
      .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'this is not the name of an organization'))
      .meta({ title: 'Organizations', description: 'Organizations whose own webhooks are asked as well.' })
      .default([]),
  })
  .meta({
    title: 'Redelivery',
    description: 'Has the Git host deliver the webhooks again that it could not deliver.',
  });

const sourceFieldSchemas = {
  secret: field.secret({
    title: 'Secret',
    description: 'Sealed secret or token that the sender signs with or sends; slot sources/<name>/secret.',
  }),
  key: field.secret({
    title: 'Key',
    description:
      'Sealed last segment of the webhook URL, for senders that sign nothing; slot sources/<name>/key.',
  }),
  host: field.host({
    title: 'Host',
    description: 'Host in image references, where it is not the one that the notification names.',
    examples: ['registry.example.com'],
  }),
  redelivery,
};

type SourceShape = {
  secret?: string | undefined;
  key?: string | undefined;
  host?: string | undefined;
  redelivery?: RedeliveryConfig | undefined;
};

const source = (fields: SourceFields): z.ZodType<SourceShape> => {
  const shape: Record<string, z.ZodType> = {};
  for (const need of fields.needs) shape[need] = sourceFieldSchemas[need];
  for (const option of fields.takes ?? []) shape[option] = sourceFieldSchemas[option].optional();
  return z.strictObject(shape);
};

const sourceMap = (known: Readonly<Record<string, SourceFields>>) => {
  const shape = Object.fromEntries(
    Object.entries(known).map(([name, fields]) => [
      name,
      source(fields)
        .meta({ title: name, description: `Webhooks at /webhooks/${name}.` })
        .optional(),
    ]),
  );
  return z
    .strictObject(shape)
    .transform((map): Record<string, SourceShape> => {
      const entries = Object.entries(map).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      return Object.fromEntries(entries);
    })
    .meta({ title: 'Sources', description: 'What sends webhooks, and how each is known to be genuine.' });
};

const slack = z
  .strictObject({
    signingSecret: field.secret({
      title: 'Signing secret',
      description: 'Sealed signing secret of the Slack app; slot slack/signingSecret.',
    }),
    botToken: field
      .secret({
        title: 'Bot token',
        description:
          'Sealed token for messages into channels; slot slack/botToken. Without it only commands are answered.',
      })
      .optional(),
    allow: allow(
      'Who may give commands, and where; anyone else is refused. An app or environment may have its own.',
    ),
    confirm: z
      .boolean()
      .default(false)
      .meta({ title: 'Confirm', description: 'true: `/undo` asks before it acts.' }),
    timeZone: field
      .timeZone({
        title: 'Time zone',
        description: 'IANA name of the zone in which the times of commands are meant, as in `until 18:00`.',
        examples: ['Europe/Helsinki'],
      })
      .prefault('UTC'),
  })
  .meta({ title: 'Slack', description: 'The Slack app for commands and messages.' });

const registries = z
  .record(z.string(), registry)
  .meta({
    title: 'Registries',
    description: 'By host; only where the host needs credentials or another endpoint.',
  })
  .transform((map) =>
    Object.fromEntries(Object.entries(map).map(([host, value]) => [normaliseHost(host) ?? host, value])),
  );

/**
 * What tagboat.yml may hold: the one definition behind the checks, the JSON Schema and (held by the compiler) `Config`.
 * Checks one value at a time; what concerns several is in `check.ts`.
 */
export const createSchema = (sources: Readonly<Record<string, SourceFields>> = knownSources) =>
  z
    .strictObject({
      clusters: field.mapOf(cluster, 'Clusters', 'Kubernetes clusters, by name.').default({}),
      configRepos: field
        .mapOf(configRepo, 'Config repos', 'Git repositories that hold manifests, by name.')
        .default({}),
      sources: sourceMap(sources).prefault({}),
      registries: registries.prefault({}),
      slack: slack.optional(),
      api: z
        .strictObject({
          token: field.secret({ title: 'Token', description: 'Sealed bearer token; slot api/token.' }),
        })
        .meta({ title: 'API', description: 'Who may read /releases.' })
        .optional(),
      apps: field.mapOf(app, 'Apps', 'What is released, by name.'),
    })
    .meta({
      title: 'tagboat.yml',
      description: 'What Tagboat releases, from where to where.',
    }) satisfies z.ZodType<Config>;
