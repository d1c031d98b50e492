import { z } from 'zod';
import { sourceTypes } from '../sources/catalog.ts';
import { allow } from './allow-schema.ts';
import { app } from './app-schema.ts';
import { commit } from './commit-schema.ts';
import * as field from './fields.ts';
import { reconcile } from './reconcile-schema.ts';
import { sourceMap } from './source-schema.ts';
import { normaliseGitHost, normaliseHost } from './text-checks.ts';
import type { Config } from './types.ts';

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
    tokenService: field
      .host({
        title: 'Token service',
        description:
          'Host of the token service that the registry names, where that is on another site than the registry.',
        examples: ['auth.example.com'],
      })
      .optional(),
    ecr: z
      .boolean()
      .meta({
        title: 'Amazon ECR',
        description:
          'Whether the role of the functions gets the password; for a host of Amazon ECR true where nothing else is said.',
      })
      .optional(),
    roleArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:iam::\d{12}:role\/tagboat-pull[\w+=,.@-]*$/,
        'this is not the ARN of a role whose name begins with `tagboat-pull`: the functions may assume no other',
      )
      .meta({
        title: 'Role',
        description:
          'Amazon ECR: the role, of another account for instance, that is assumed for the password.',
        examples: ['arn:aws:iam::123456789012:role/tagboat-pull'],
      })
      .optional(),
    serviceAccountKey: field
      .secret({
        title: 'Service account key',
        description:
          'Google Artifact Registry: sealed JSON key of a service account that may read; slot registries/<host>/serviceAccountKey.',
      })
      .optional(),
  })
  .meta({ title: 'Registry', description: 'Credentials or endpoint of a registry.' });

const gitHost = z
  .strictObject({
    endpoint: field
      .url({
        title: 'Endpoint',
        description: 'Where the repositories are, where the host alone does not say so.',
        examples: ['https://git.example.com/scm'],
      })
      .optional(),
    username: username.optional(),
    password: field
      .secret({
        title: 'Password',
        description: 'Sealed password or token that may read; slot gitHosts/<host>/password.',
      })
      .optional(),
  })
  .meta({ title: 'Git host', description: 'Credentials or endpoint of a Git host.' });

const slack = z
  .strictObject({
    signingSecret: field.secret({
      title: 'Signing secret',
      description: 'Sealed signing secret of the Slack app; slot slack/signingSecret.',
    }),
    previousSigningSecret: field
      .secret({
        title: 'Previous signing secret',
        description:
          'The line of `signingSecret` from before it was changed; taken as well, until it is taken out.',
      })
      .optional(),
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
    gov: z
      .boolean()
      .optional()
      .meta({ title: 'GovSlack', description: 'true: messages go to slack-gov.com in place of slack.com.' }),
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

const gitHosts = z
  .record(z.string(), gitHost)
  .meta({
    title: 'Git hosts',
    description:
      'By host; for `reconcile`, where reading the tags of the apps’ repositories takes credentials.',
  })
  .transform((map) =>
    Object.fromEntries(Object.entries(map).map(([host, value]) => [normaliseGitHost(host) ?? host, value])),
  );

/**
 * What tagboat.yml may hold: the one definition behind the checks, the JSON Schema and (held by the compiler) `Config`.
 * Checks one value at a time; what concerns several is in `check.ts`.
 */
export const createSchema = () =>
  z
    .strictObject({
      clusters: field.mapOf(cluster, 'Clusters', 'Kubernetes clusters, by name.').default({}),
      configRepos: field
        .mapOf(configRepo, 'Config repos', 'Git repositories that hold manifests, by name.')
        .default({}),
      sources: sourceMap(sourceTypes).prefault({}),
      registries: registries.prefault({}),
      slack: slack.optional(),
      api: z
        .strictObject({
          token: field.secret({ title: 'Token', description: 'Sealed bearer token; slot api/token.' }),
          previousToken: field
            .secret({
              title: 'Previous token',
              description:
                'The line of `token` from before it was changed; taken as well, until it is taken out.',
            })
            .optional(),
        })
        .meta({ title: 'API', description: 'Who may read /releases.' })
        .optional(),
      gitHosts: gitHosts.optional(),
      reconcile: reconcile(
        'How often the tags of every app are listed, to find and release what no hook announced.',
      ).optional(),
      apps: field.mapOf(app, 'Apps', 'What is released, by name.'),
    })
    .meta({
      title: 'tagboat.yml',
      description: 'What Tagboat releases, from where to where.',
    }) satisfies z.ZodType<Config>;
