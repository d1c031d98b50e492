import { protocolError } from './protocol-error.ts';

/** One entry of a tree. Mode and name are kept as they came, so that what is not changed stays byte for byte. */
export type TreeEntry = {
  /** Octal, as Git writes it: `100644`, `100755`, `120000` (symlink), `40000` (tree), `160000` (submodule). */
  readonly mode: string;
  /** The name's bytes, one character (U+0000 to U+00FF) each: names need not be UTF-8. */
  readonly rawName: string;
  readonly oid: string;
};

const oidLength = 20;
const modePattern = /^[0-7]{5,6}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const isTree = (entry: TreeEntry): boolean => /^0?40000$/.test(entry.mode);

/** A regular file. Old repositories hold modes such as 100664, which Git reads as 100644. */
export const isFile = (entry: TreeEntry): boolean => /^100[0-7]{3}$/.test(entry.mode);

export const isSymlink = (entry: TreeEntry): boolean => entry.mode === '120000';

/** The mode of a regular file as Git reads it: executable by its owner, or not. */
export const fileMode = (entry: TreeEntry): '100644' | '100755' =>
  (Number.parseInt(entry.mode, 8) & 0o100) === 0 ? '100644' : '100755';

/** The name as text, or undefined where it is not UTF-8: such an entry no path can name. */
export const nameOf = (entry: TreeEntry): string | undefined => {
  try {
    return utf8.decode(Buffer.from(entry.rawName, 'latin1'));
  } catch {
    return undefined;
  }
};

/** The inverse of `nameOf`. */
export const rawNameOf = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');

/**
 * Git's order: by bytes, a tree as though its name ended in a slash (`base_name_compare` in Git's `tree.c`).
 */
export const compareEntries = (a: TreeEntry, b: TreeEntry): number => {
  const left = isTree(a) ? `${a.rawName}/` : a.rawName;
  const right = isTree(b) ? `${b.rawName}/` : b.rawName;
  return left < right ? -1 : left > right ? 1 : 0;
};

/**
 * Reads a tree object: `<mode> <name>\0<20 bytes of id>`, one after the other.
 * @throws TagboatError `git-protocol`
 */
export const parseTree = (data: Buffer): readonly TreeEntry[] => {
  const entries: TreeEntry[] = [];
  for (let offset = 0; offset < data.length; ) {
    const space = data.indexOf(0x20, offset);
    const end = space === -1 ? -1 : data.indexOf(0, space);
    const next = end + 1 + oidLength;
    const mode = data.toString('latin1', offset, Math.max(space, offset));
    if (end === -1 || next > data.length || !modePattern.test(mode))
      throw protocolError('a tree of the repository is malformed');
    const rawName = data.toString('latin1', space + 1, end);
    entries.push({ mode, rawName, oid: data.toString('hex', end + 1, next) });
    offset = next;
  }
  return entries;
};

/** A tree object of these entries, in this order. */
export const formatTree = (entries: readonly TreeEntry[]): Buffer =>
  Buffer.concat(
    entries.flatMap(({ mode, rawName, oid }) => [
      Buffer.from(`${mode} ${rawName}\0`, 'latin1'),
      Buffer.from(oid, 'hex'),
    ]),
  );
