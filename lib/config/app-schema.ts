import { z } from 'zod';
import { allow } from './allow-schema.ts';
import * as field from './fields.ts';
import { reconcile } from './reconcile-schema.ts';

const tags = z
  .strictObject({
    semver: field
      .semverRange({
        title: 'Semver range',
        description: 'Tags in this range are released; an older one than the running one is skipped.',
        examples: ['>=0.0.1', '^2.1'],
      })
      .optional(),
    pattern: field
      .pattern({
        title: 'Pattern',
        description:
          'Tags that this regular expression, in the syntax of RE2, matches as a whole are released.',
        examples: ['main-[0-9a-f]{7}'],
      })
      .optional(),
  })
  .meta({
    title: 'Tags',
    description: 'Which tags are released: a semver range, or a pattern.',
    oneOf: [{ required: ['semver'] }, { required: ['pattern'] }],
  })
  .transform(({ semver, pattern }, context) => {
    if (semver !== undefined && pattern === undefined) return { semver };
    if (pattern !== undefined && semver === undefined) return { pattern };
    const which =
      semver === undefined ? 'one of `semver` and `pattern` is required' : '`semver` or `pattern`, not both';
    context.addIssue({ code: 'custom', message: which });
    return z.NEVER;
  });

const environment = z
  .strictObject({
    on: z.enum(['image-push', 'tag-push']).meta({
      title: 'On',
      description:
        'What starts a release: a pushed image, or a pushed Git tag, which then waits for its image.',
    }),
    tags,
    pin: z
      .enum(['digest'])
      .meta({
        title: 'Pin',
        description: 'Write `name:tag@sha256:…`; allows `latest` and other mutable tags.',
      })
      .optional(),
    configRepo: field.name.meta({ title: 'Config repo', description: 'A name of `configRepos`.' }),
    files: z
      .array(
        field.glob({
          title: 'Glob',
          description: 'Relative to the repository.',
          examples: ['deployment/*.yml'],
        }),
      )
      .min(1, 'at least one glob is required')
      .meta({ title: 'Files', description: 'Globs of the manifests that carry the image.' }),
    cluster: field.name.meta({ title: 'Cluster', description: 'A name of `clusters`.' }),
    namespace: z
      .string()
      .regex(
        /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
        'Kubernetes allows lower-case letters, digits and `-`, 63 at most',
      )
      .meta({ title: 'Namespace', description: 'Namespace of the workloads.' })
      .default('default'),
    deliver: z
      .enum(['apply', 'set-image', 'agent'])
      .meta({
        title: 'Deliver',
        description:
          'apply: server-side apply of the changed manifests; set-image: patch only the image; agent: touch nothing, something in the cluster applies the commit.',
      })
      .default('apply'),
    kinds: z
      .array(
        field.kindName({
          title: 'Kind',
          description: 'A kind with its API group, or one of the core group alone.',
          examples: ['Ingress.networking.k8s.io', 'Certificate.cert-manager.io', 'Secret'],
        }),
      )
      .meta({
        title: 'Kinds',
        description:
          'deliver: apply: what may be applied besides Deployment, StatefulSet, DaemonSet, CronJob, Job, Rollout (Argo), Service and ConfigMap. Anything else in a file that carries the image stops the release before its commit.',
      })
      .optional(),
    timeout: field
      .duration({ title: 'Timeout', description: 'How long a rollout may take.', examples: ['90s', '5m'] })
      .prefault('5m'),
    imageTimeout: field
      .duration({
        title: 'Image timeout',
        description: 'on: tag-push: how long to wait for the image.',
        examples: ['15m', '1h'],
      })
      .prefault('15m'),
    onFailure: z
      .enum(['undo', 'notify'])
      .meta({
        title: 'On failure',
        description: 'undo: put back the last healthy image when a rollout fails; notify: only say so.',
      })
      .default('notify'),
    notify: z
      .strictObject({
        slack: z
          .string()
          .regex(
            /^(?:#[^\s#,]{1,80}|[CDGU][A-Z0-9]{2,})$/,
            'this is not a Slack channel; write `#name` or its id',
          )
          .meta({
            title: 'Slack channel',
            description: '`#name` or id of the channel.',
            examples: ['#deploys'],
          })
          .optional(),
      })
      .meta({ title: 'Notify', description: 'Who is told about releases of this environment.' })
      .prefault({}),
    allow: allow('Who may give commands here, instead of those of the app or of `slack`.').optional(),
  })
  .meta({ title: 'Environment', description: 'Where the app goes, and when.' });

/** One entry of `apps:`. */
export const app = z
  .strictObject({
    image: field.image({
      title: 'Image',
      description: 'Name of the image, without a tag.',
      examples: ['devopswithkubernetes/okeydokey'],
    }),
    repository: field
      .repository({
        title: 'Repository',
        description: 'Git repository whose tags count; needed for `on: tag-push`.',
        examples: ['github.com/owner/name'],
      })
      .optional(),
    allow: allow('Who may give commands for this app, instead of those of `slack`.').optional(),
    reconcile: reconcile(
      'How often the tags of this app are listed, instead of the `every` for all.',
    ).optional(),
    environments: field.mapOf(environment, 'Environments', 'Where the app goes, by name.'),
  })
  .meta({ title: 'App', description: 'What is released.' });
