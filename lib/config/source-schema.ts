import { z } from 'zod';
import { eventSources } from '../sources/catalog.ts';
import type { Source } from '../sources/source.ts';
import * as field from './fields.ts';
import { genericOptions } from './generic-options.ts';
import { oneSpelling, secretFields, withFields } from './source-secrets.ts';
import type { SourceConfig } from './types.ts';

const only = 'No other source but those that list it may announce it, and this one announces nothing else.';

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

const options = {
  ...genericOptions,
  redelivery,
  host: field.host({
    title: 'Host',
    description:
      'Host in image references, or of the repositories, where it is not the one that the payload names.',
    examples: ['registry.example.com'],
  }),
  path: z
    .string()
    .regex(
      /^(?:\{repository\}|[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)?$/,
      'write a part of a path, or `{repository}`',
    )
    .meta({
      title: 'Path',
      description:
        'What stands between host and name in image references: nothing, a part of a path, or `{repository}` for the key of the repository that the notification names.',
      examples: ['{repository}', 'docker'],
    }),
  audience: field.plainText({
    title: 'Audience',
    description: 'The audience of the push subscription: whom the tokens that Google signs for it are for.',
    examples: ['https://api.example.com/webhooks/artifact-registry'],
  }),
  serviceAccount: z
    .email('write the address of a service account, `name@project.iam.gserviceaccount.com`')
    .meta({
      title: 'Service account',
      description: 'The service account of the push subscription, by its address.',
      examples: ['tagboat@project.iam.gserviceaccount.com'],
    }),
  repositories: z
    .array(
      field.repository({
        title: 'Repository',
        description: 'A `repository` of an app.',
        examples: ['github.com/owner/name'],
      }),
    )
    .min(1, 'an empty list would announce nothing; take it out')
    .meta({ title: 'Repositories', description: `The only ones that this source announces. ${only}` }),
  accounts: z
    .array(z.string().regex(/^\d{12}$/, 'an account of AWS has 12 digits; write it in quotes'))
    .min(1, 'an empty list would announce nothing; take the source out')
    .meta({
      title: 'Accounts',
      description: 'The accounts of AWS whose events count.',
      examples: [['123456789012']],
    }),
  regions: z
    .array(z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'this is not a region of AWS'))
    .min(1, 'an empty list would announce nothing; take it out')
    .meta({ title: 'Regions', description: 'The regions whose events count; all where absent.' }),
  images: z
    .array(field.image({ title: 'Image', description: 'An `image` of an app.', examples: ['registry/name'] }))
    .min(1, 'an empty list would announce nothing; take it out')
    .meta({ title: 'Images', description: `The only ones that this source announces. ${only}` }),
};

const typeField = (type: string) =>
  z.literal(type).meta({ title: 'Type', description: 'What sends; the name of the source where absent.' });

/** What an entry of `sources:` holds. */
type SourceFields = Pick<Source, 'needs' | 'requires' | 'takes'>;

type Known = Readonly<Record<string, SourceFields>>;

const fieldsOf = ({ needs, requires = [], takes }: SourceFields): Record<string, z.ZodType> => {
  const shape = secretFields(needs);
  for (const option of requires) shape[option] = options[option];
  for (const option of takes) shape[option] = options[option].optional();
  return shape;
};

/** A source that is called after its type. */
const plainSource = (type: string, fields: SourceFields) =>
  z.strictObject({ type: typeField(type).optional(), ...fieldsOf(fields) }).meta({
    title: type,
    description: Object.hasOwn(eventSources, type)
      ? 'Events of Amazon EventBridge.'
      : `Webhooks at /webhooks/${type}.`,
    ...oneSpelling(fields.needs),
  });

/** A source with a name of its own, which says what type it is of. */
const namedSource = (known: Known) => {
  const [first, ...others] = Object.entries(known).map(([type, fields]) =>
    z.strictObject({ type: typeField(type), ...fieldsOf(fields) }).meta(oneSpelling(fields.needs)),
  );
  if (first === undefined) throw new Error('there are no sources');
  return z
    .discriminatedUnion('type', [first, ...others])
    .meta({ title: 'Source', description: 'Webhooks at /webhooks/<name>, with a secret of their own.' });
};

/** `sources:` of tagboat.yml, by name. Where an entry's name is that of a type, that is its type. */
export const sourceMap = (known: Known) =>
  z
    .object(
      Object.fromEntries(
        Object.entries(known).map(([type, fields]) => [type, plainSource(type, fields).optional()]),
      ),
    )
    .catchall(namedSource(known))
    .transform((map): Record<string, SourceConfig> => {
      const entries = Object.entries(map).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, withFields(value as SourceConfig)] as const],
      );
      return Object.fromEntries(entries);
    })
    .meta({ title: 'Sources', description: 'What sends webhooks, and how each is known to be genuine.' });
