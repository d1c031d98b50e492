import { z } from 'zod';
import { durationPattern } from './duration.ts';
import { checkKindName, kindNamePattern } from './kind-name.ts';
import * as check from './text-checks.ts';
import { checkTimeZone } from './time-zone.ts';

/** What editors show. `pattern` is for editors only: the check behind it has a better message. */
type Title = {
  readonly title: string;
  readonly description: string;
  readonly examples?: string[];
  readonly pattern?: string;
};

/** What stands between `/` and `/` of a slot, in a Slack command and in the id of a release. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const name = z
  .string()
  .regex(
    namePattern,
    'a name has 1 to 63 letters, digits, `-`, `_` and `.`, and begins with a letter or digit',
  );

export const plainText = (title: Title) =>
  z
    .string()
    .regex(/^\S(?:.*\S)?$/, 'this is empty, or begins or ends with a space')
    .max(1000)
    .meta(title);

/** `kms:…` anywhere; `env:NAME` and `file:PATH` are let through here, and refused by `check.ts` but on the local stack. */
export const secret = (title: Title) =>
  z
    .string()
    .regex(/^(?:kms|env|file):\S+$/)
    .meta({ ...title, examples: ['kms:…'] });

/** A text that a check makes ready to be used, or says what is wrong with. */
export const checked = (judge: (text: string) => check.Checked, title: Title) =>
  z
    .string()
    .meta(title)
    .transform((text, context) => {
      const result = judge(text);
      if ('value' in result) return result.value;
      context.addIssue({ code: 'custom', message: result.wrong });
      return z.NEVER;
    });

/** `https://…`; `http://` and `file://` are let through here, and refused by `check.ts` but on the local stack. */
export const url = (title: Title) => checked(check.checkUrl, title);
export const branch = (title: Title) => checked(check.checkBranch, title);
export const image = (title: Title) => checked(check.checkImage, title);
export const repository = (title: Title) => checked(check.checkRepository, title);
export const host = (title: Title) => checked(check.checkHost, title);
export const glob = (title: Title) => checked(check.checkGlob, title);
export const semverRange = (title: Title) => checked(check.checkRange, title);
export const pattern = (title: Title) => checked(check.checkPattern, title);
export const kindName = (title: Title) =>
  checked(checkKindName, { ...title, pattern: kindNamePattern.source });
export const timeZone = (title: Title) => checked(checkTimeZone, title);

/** Seconds. */
export const duration = (title: Title) =>
  checked(check.checkDuration, { ...title, pattern: durationPattern.source }).transform(Number);

/** A mapping from names to something. */
export const mapOf = <Value extends z.ZodType>(value: Value, title: string, description: string) =>
  z.record(name, value).meta({ title, description });
