import { z } from 'zod';
import { allow } from './allow-schema.ts';
import * as field from './fields.ts';
import { imageFields } from './image-fields.ts';
import { reconcile } from './reconcile-schema.ts';
import { tags } from './tags-schema.ts';

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
    onMovedTag: z
      .enum(['restart', 'skip'])
      .meta({
        title: 'On moved tag',
        description:
          'Without `pin: digest`, of a tag that is pushed again with another image: skip: only say so; restart: restart the workloads that carry it, which pull it again where their imagePullPolicy is Always.',
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
    fields: imageFields.optional(),
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
    replaceJobs: z
      .boolean()
      .meta({
        title: 'Replace Jobs',
        description:
          'deliver: apply: a Job that carries the image is applied as a new one: the Job of that name is deleted first, once it has ended. Needs get and delete on jobs in the role.',
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
    imageTag: field
      .imageTag({
        title: 'Image tag',
        description:
          'on: tag-push: the tag of the image that CI makes of a Git tag. {version} is the part that `tags` captures (of a semver range, and of a pattern without a group, the SemVer part: 1.2.3 of v1.2.3), {tag} the whole. The Git tag itself where absent.',
        examples: ['{version}', 'release-{version}'],
      })
      .optional(),
    allow: allow('Who may give commands for this app, instead of those of `slack`.').optional(),
    reconcile: reconcile(
      'How often the tags of this app are listed, instead of the `every` for all.',
    ).optional(),
    environments: field.mapOf(environment, 'Environments', 'Where the app goes, by name.'),
  })
  .meta({ title: 'App', description: 'What is released.' });
