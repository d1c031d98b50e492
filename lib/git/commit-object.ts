import type { CommitSigner } from './commit-signer.ts';
import { isOid } from './object.ts';
import { protocolError } from './protocol-error.ts';

export type Person = { readonly name: string; readonly email: string };

export type CommitMeta = {
  readonly message: string;
  readonly author: Person;
  /** The author where absent. */
  readonly committer?: Person;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  /** `+0000` where absent. */
  readonly timezone?: string;
};

/**
 * The tree of a commit object.
 * @throws TagboatError `git-protocol`
 */
export const treeOf = (commit: Buffer): string => {
  const oid = commit.toString('latin1', 5, 45);
  if (commit.toString('latin1', 0, 5) !== 'tree ' || !isOid(oid))
    throw protocolError('the commit that the branch points at is malformed');
  return oid;
};

/** What would end the field, or the line, or the object. */
const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u001f\u007f<> ]+/g, ' ').trim();

const identity = (person: Person, meta: CommitMeta): string => {
  const email = clean(person.email).replace(/ /g, '');
  const name = clean(person.name) || email || 'unknown';
  const seconds = Math.max(0, Math.floor(meta.time / 1000) || 0);
  const timezone = /^[+-][0-9]{4}$/.test(meta.timezone ?? '') ? meta.timezone : '+0000';
  return `${name} <${email}> ${seconds} ${timezone}`;
};

/**
 * A commit object with one parent. What Git forbids in names and messages is taken out.
 * @param sign makes the header `gpgsig`, the last one: https://git-scm.com/docs/signature-format
 */
export const formatCommit = (tree: string, parent: string, meta: CommitMeta, sign?: CommitSigner): Buffer => {
  const message = meta.message.replaceAll('\0', '').replace(/\r\n?/g, '\n').trimEnd();
  const headers = [
    `tree ${tree}`,
    `parent ${parent}`,
    `author ${identity(meta.author, meta)}`,
    `committer ${identity(meta.committer ?? meta.author, meta)}`,
  ].join('\n');
  const unsigned = Buffer.from(`${headers}\n\n${message}\n`);
  if (sign === undefined) return unsigned;
  const signature = sign(unsigned).trimEnd().replaceAll('\n', '\n ');
  return Buffer.from(`${headers}\ngpgsig ${signature}\n\n${message}\n`);
};
