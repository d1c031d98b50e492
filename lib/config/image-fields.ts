import { z } from 'zod';
import { commonSteps, isWide, type PathStep, parseFieldPath } from '../field-path.ts';
import * as field from './fields.ts';
import type { ImageField } from './types.ts';

const path = (title: string, description: string, example: string) =>
  field.path({ title, description, examples: [example] }).optional();

const imageField = z
  .strictObject({
    files: field.glob({
      title: 'Glob',
      description: 'The files that have the field. They need not be among `files` of the environment.',
      examples: ['workflows/*.yaml'],
    }),
    kind: field
      .kindName({
        title: 'Kind',
        description: 'Only in documents of this kind; in every document where absent.',
        examples: ['Template.template.openshift.io', 'Backend.example.com'],
      })
      .optional(),
    path: path(
      'Path',
      'Path of keys to a whole image reference. Entries of lists by a key, by their index, or all.',
      'spec.templates[name=main].container.image',
    ),
    name: path('Name', 'Path to the name of the image, where its tag stands apart.', 'spec.image.name'),
    tag: path('Tag', "Path to the tag; without `name` it is that of the app's image.", 'spec.image.version'),
    digest: path('Digest', 'Path to the digest, where it stands apart.', 'spec.image.checksum'),
  })
  .meta({
    title: 'Field',
    description: 'A place of the image: a path to the whole reference, or to its tag.',
    oneOf: [{ required: ['path'] }, { required: ['tag'] }],
  })
  .transform((entry, context): ImageField => {
    const message = problemOf(entry);
    if (message === undefined) return entry;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** `fields:` of an environment. */
export const imageFields = z.array(imageField).min(1, 'at least one field is required').meta({
  title: 'Fields',
  description: 'Places of the image that no format knows, in whatever kind of document.',
});

/** What is wrong with the paths of one entry, taken together. */
const problemOf = ({ path: whole, name, tag, digest }: Omit<ImageField, 'files'>): string | undefined => {
  if (whole !== undefined && tag !== undefined) return '`path` or `tag`, not both';
  if (whole === undefined && tag === undefined) return 'one of `path` and `tag` is required';
  if (whole !== undefined && name !== undefined)
    return '`path` is a whole reference, and has the name; where the two are apart, write `name` and `tag`';
  const paths = [whole, name, tag, digest].filter((one) => one !== undefined).map(stepsOf);
  const common = commonSteps(paths);
  return paths.length > 1 && paths.some((steps) => isWide(steps.slice(common)))
    ? 'the paths of one entry may differ only behind their last `*`'
    : undefined;
};

const stepsOf = (text: string): readonly PathStep[] => {
  const parsed = parseFieldPath(text);
  return 'steps' in parsed ? parsed.steps : [];
};
