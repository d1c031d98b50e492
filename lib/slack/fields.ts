import * as z from 'zod/mini';

/** Slack's id of a user, a channel or a workspace. */
export const id = z.string().check(z.regex(/^[A-Z0-9]{1,40}$/));

/** What Slack calls a person or a thing, for people to read: what cannot be stored or shown of it is left out. */
export const name = z._default(
  z.pipe(
    // Not `maxLength`: it also compares the `length` of what is no text, of any type
    z.string().check(z.regex(/^.{0,200}$/s)),
    z.transform((text: string) => text.replace(/[\p{Cc}\p{Cs}\p{NChar}]/gu, '')),
  ),
  '',
);
