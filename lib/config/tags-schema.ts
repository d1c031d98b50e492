import { z } from 'zod';
import * as field from './fields.ts';
import { record } from './raw.ts';

const orders = ['semver', 'numeric', 'calver', 'alphabetical', 'time'] as const;

/** What stands under `tags` with each of the two, and what it says where it stands with the other. */
const belongsTo = { prereleases: 'semver', order: 'pattern' } as const;

/** `tags:` of an environment. */
export const tags = z
  .strictObject({
    semver: field
      .semverRange({
        title: 'Semver range',
        description: 'Tags in this range are released; an older one than the running one is skipped.',
        examples: ['>=0.0.1', '^2.1'],
      })
      .optional(),
    prereleases: z
      .boolean()
      .meta({
        title: 'Prereleases',
        description:
          'true: with semver, prereleases in the range are released too, and not only those that it names.',
      })
      .optional(),
    pattern: field
      .pattern({
        title: 'Pattern',
        description:
          'Tags that this regular expression, in the syntax of RE2, matches as a whole are released. What its group `version`, or its first one, captures is the version of the tag.',
        examples: ['main-[0-9a-f]{7}', 'build-(\\d+)', 'app@(?P<version>.+)'],
      })
      .optional(),
    order: z
      .enum(orders)
      .meta({
        title: 'Order',
        description:
          'pattern: what makes a version older, so that it is skipped. semver: its precedence; numeric: the numbers in it, from the left; calver: dates; alphabetical: character by character; time: nothing, the tag that was pushed last is released. Where absent nothing is older, and a tag that looks lower than the one that stands is not released.',
      })
      .optional(),
  })
  .meta({
    title: 'Tags',
    description: 'Which tags are released: a semver range, or a pattern.',
    oneOf: [
      { required: ['semver'], not: { required: ['order'] } },
      { required: ['pattern'], not: { required: ['prereleases'] } },
    ],
  })
  .superRefine((given, context) => {
    for (const [key, owner] of Object.entries(belongsTo))
      if (record(given)[key] !== undefined && record(given)[owner] === undefined)
        context.addIssue({ code: 'custom', path: [key], message: `\`${key}\` goes with \`${owner}\`` });
  })
  .transform(({ semver, prereleases, pattern, order }, context) => {
    if (semver !== undefined && pattern === undefined)
      return { semver, ...(prereleases === true ? { prereleases } : {}) };
    if (pattern !== undefined && semver === undefined)
      return { pattern, ...(order === undefined ? {} : { order }) };
    const which =
      semver === undefined ? 'one of `semver` and `pattern` is required' : '`semver` or `pattern`, not both';
    context.addIssue({ code: 'custom', message: which });
    return z.NEVER;
  });
