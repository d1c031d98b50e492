/** What a file of the config repo is that cannot be read as a manifest. */
export type FileKind =
  | 'git-lfs'
  | 'utf-16'
  | 'utf-32'
  | 'compressed'
  | 'git-crypt'
  | 'age'
  | 'pgp'
  | 'ansible-vault'
  | 'sops'
  | 'symlink'
  | 'binary';

/** Something about the files of an environment that a release did not touch and people should know of. */
export type Remark =
  /** The image stands where no format reads it. `text` is the reference. */
  | { readonly type: 'mention'; readonly file: string; readonly line: number; readonly text: string }
  | { readonly type: 'unread'; readonly file: string; readonly kind: FileKind }
  /** The image stands there with a tag that the policy of the environment does not admit. */
  | { readonly type: 'other-variant'; readonly file: string; readonly line: number; readonly tag: string };

/** The first of them, and how many there are. */
export type Remarks = { readonly first: readonly Remark[]; readonly total: number };

const maxRemarks = 5;

/** Undefined for none. */
export const summarizeRemarks = (all: readonly Remark[]): Remarks | undefined =>
  all.length === 0 ? undefined : { first: all.slice(0, maxRemarks), total: all.length };

/** Continues "the file". */
export const fileKindText: Readonly<Record<FileKind, string>> = {
  'git-lfs': 'is a pointer of Git LFS: what it stands for is not in the repository, so take it out of LFS',
  'utf-16': 'is UTF-16; save it as UTF-8',
  'utf-32': 'is UTF-32; save it as UTF-8',
  compressed: 'is compressed; only text can be rewritten',
  'git-crypt': 'is encrypted with git-crypt; the image has to stand in a file that is not',
  age: 'is encrypted with age; the image has to stand in a file that is not',
  pgp: 'is encrypted with PGP; the image has to stand in a file that is not',
  'ansible-vault': 'is encrypted with Ansible Vault; the image has to stand in a file that is not',
  sops: 'is encrypted with SOPS; the image has to stand in a file that is not',
  symlink: 'is a symbolic link, which is not followed; name what it points to in `files`',
  binary: 'is not UTF-8 text',
};

const remarkText = (remark: Remark, app: string): string => {
  switch (remark.type) {
    case 'unread':
      return `Not read: ${remark.file} ${fileKindText[remark.kind]}.`;
    case 'mention':
      return `Not changed: ${remark.file}:${remark.line} has ${remark.text} in a place that no format reads. A comment \`# tagboat: ${app}\` behind a value, or its place in \`fields\`, has it changed with the others.`;
    case 'other-variant':
      return `Not changed: ${remark.file}:${remark.line} has the image as ${remark.tag}, which \`tags\` of ${app} does not admit.`;
  }
};

/** A sentence or two for each, and one for those that are not named. */
export const remarkTexts = ({ first, total }: Remarks, app: string): readonly string[] => [
  ...first.map((remark) => remarkText(remark, app)),
  ...(total > first.length ? [`… and ${total - first.length} more such places.`] : []),
];
