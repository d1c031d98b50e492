import { z } from 'zod';
import { tryParseJsonPath } from '../json-path.ts';
import * as field from './fields.ts';
import { type Checked, checkImage, checkRepository } from './text-checks.ts';

const checkPath = (text: string): Checked =>
  tryParseJsonPath(text) === undefined
    ? { wrong: 'this is not a path; write it as `$.push.tag`, `$.tags[0]` or `$.events[*].tag`' }
    : { value: text };

/** A path into the payload, or a value that is always meant. */
const pathOr = (check: (text: string) => Checked) => (text: string) =>
  text.startsWith('$') ? checkPath(text) : check(text);

/** The options of a generic source: how its sender proves itself, and where in its payload stands what. */
export const genericOptions = {
  signature: z.enum(['hmac-sha256', 'token']).meta({
    title: 'Signature',
    description:
      'How the sender proves itself: with the HMAC-SHA256 of the body in hex, behind `sha256=` or alone (where absent), or with the secret itself as a token. The digest of a body that is not signed is not believed.',
  }),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'this is not the name of a header')
    .transform((name) => name.toLowerCase())
    .meta({
      title: 'Header',
      description: 'Where signature or token are sent: X-Tagboat-Signature or Authorization where absent.',
      examples: ['x-tagboat-signature'],
    }),
  image: field.checked(pathOr(checkImage), {
    title: 'Image',
    description:
      'A path to the image in the payload, or the one that is always meant; `$.image` where absent.',
    examples: ['$.repository.image', 'ghcr.io/owner/name'],
  }),
  repository: field.checked(pathOr(checkRepository), {
    title: 'Repository',
    description:
      'A path to the Git repository in the payload, or the one that is always meant; `$.repository` where absent.',
    examples: ['$.project.url', 'github.com/owner/name'],
  }),
  tag: field.checked(checkPath, {
    title: 'Tag',
    description: 'A path to the tag, or with `[*]` to each of several; `$.tag` where absent.',
    examples: ['$.push.tag', '$.tags[*]'],
  }),
  digest: field.checked(checkPath, {
    title: 'Digest',
    description: 'A path to the digest of the image; `$.digest` where absent.',
    examples: ['$.push.digest'],
  }),
};
