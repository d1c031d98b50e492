import { z } from 'zod';
import * as field from './fields.ts';
import { subjectPlaceholders, subjectProblems } from './subject-template.ts';

/** `Name <email>`, as Git has it: what would end either of them cannot stand in it. */
const personPattern = /^([^\s<>][^<>]*?) <([^\s<>@]+@[^\s<>@]+)>$/u;

const person = (title: string, description: string) =>
  z
    .string()
    .max(500)
    .meta({ title, description, examples: ['Tagboat <tagboat@example.com>'] })
    .transform((text, context) => {
      const [, name, email] = personPattern.exec(text) ?? [];
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
      if (name !== undefined && email !== undefined && !/[\u0000-\u001f\u007f-\u009f]/.test(text))
        return { name: name.trim(), email };
      context.addIssue({
        code: 'custom',
        message: 'write a name and an address: `Tagboat <tagboat@example.com>`',
      });
      return z.NEVER;
    });

const subject = z
  .string()
  .max(200)
  .meta({
    title: 'Subject',
    description: `First line of a commit for one release. Placeholders: ${subjectPlaceholders.map((name) => `{${name}}`).join(', ')}.`,
    examples: ['{verb} {app} {tag} to {environment}', 'deploy({environment}): {app} {tag}'],
  })
  .superRefine((text, context) => {
    for (const message of subjectProblems(text)) context.addIssue({ code: 'custom', message });
  });

/** `commit:` of a config repo. */
export const commit = z
  .strictObject({
    author: person(
      'Author',
      'Who the commits are by; `Tagboat <tagboat@noreply.invalid>` where absent.',
    ).optional(),
    committer: person('Committer', 'Who made the commits; the author where absent.').optional(),
    subject: subject.optional(),
    signingKey: field
      .secret({
        title: 'Signing key',
        description:
          'Sealed SSH private key that signs the commits, without a passphrase; slot configRepos/<name>/signingKey.',
      })
      .optional(),
  })
  .meta({ title: 'Commit', description: 'What the commits in this repository look like.' });
