import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import { isTag } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import type { Action } from './commands.ts';

/** Tells our buttons from those of other apps. */
export const actionIdPrefix = 'tagboat-';

/** Slack's limit for a button's value. */
const maxLength = 2000;

/** Longest reason of a hold: fits into a button's value with everything else, whatever it is made of. */
export const maxReasonLength = 500;

/** More than an app and environment will ever have. */
export const maxReleaseNumber = 9_999_999;

const name = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/));
const tag = z.string().check(z.refine(isTag));
const held = z.union([z.literal('*'), tag]);
const app = { app: name, environment: z.optional(name) };
const anyApp = { app: z.optional(name), environment: z.optional(name) };
const integer = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

const commandShape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('help') }),
  z.strictObject({
    type: z.literal('undo'),
    ...app,
    to: z.optional(tag),
    number: z.optional(integer(1, maxReleaseNumber)),
  }),
  z.strictObject({ type: z.literal('status'), ...anyApp }),
  z.strictObject({ type: z.literal('history'), ...app, limit: integer(1, 30) }),
  z.strictObject({ type: z.literal('holds'), ...anyApp }),
  z.strictObject({
    type: z.literal('hold'),
    ...app,
    tag: held,
    // Up to the last instant that a Date can name
    until: z.optional(integer(1, 8.64e15)),
    reason: z.optional(z.string().check(z.maxLength(maxReasonLength))),
  }),
  z.strictObject({ type: z.literal('unhold'), ...app, tag: held }),
  z.strictObject({ type: z.literal('release'), ...app, tag }),
  z.strictObject({ type: z.literal(['pause', 'resume']), ...app }),
]);

const actionShape = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run'),
    command: commandShape,
    confirmed: z.optional(z.boolean()),
    expect: z.optional(z.string().check(z.regex(/^[A-Za-z0-9#@._:-]{1,200}$/))),
  }),
  z.strictObject({ type: z.literal('cancel') }),
]);

/** The same as `encodeAction`, or undefined where it would throw. */
export const tryEncodeAction = (action: Action): string | undefined => {
  const text = JSON.stringify(action).replace(
    /[&<>]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  if (text.length <= maxLength) return text;
  if (action.type !== 'run' || action.command.type !== 'hold' || (action.command.reason ?? '') === '')
    return undefined;
  const { reason = '', ...command } = action.command;
  return tryEncodeAction({ ...action, command: { ...command, reason: reason.slice(0, reason.length / 2) } });
};

/**
 * An action as the value of a button, at most 2000 characters of JSON without `&`, `<` and `>`, which Slack escapes in some
 * places. A reason that would make it longer is cut.
 * @throws TagboatError `command-invalid` where nothing could be cut
 */
export const encodeAction = (action: Action): string => {
  const text = tryEncodeAction(action);
  if (text !== undefined) return text;
  throw new TagboatError('command-invalid', 'the command is too long for a button');
};

/** zod's `optional` allows an explicit undefined, which JSON has not. */
export const isAction = (value: unknown): value is Action => actionShape.safeParse(value).success;

/**
 * The action that a button's value asks for.
 * @throws TagboatError `payload-invalid` for whatever `encodeAction` would not have written
 */
export const decodeAction = (value: string): Action => {
  const parsed = value.length > maxLength ? undefined : jsonOrUndefined(value);
  if (isAction(parsed)) return parsed;
  throw new TagboatError('payload-invalid', 'the value of the button is not one that Tagboat gave it');
};
