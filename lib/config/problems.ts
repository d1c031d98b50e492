import { formatPlace, TagboatError } from '../errors.ts';

/** The way to a value in tagboat.yml: `['apps', 'okeydokey', 'image']`. */
export type Path = readonly (string | number)[];

/** Something wrong, by the way to it. `key`: it is the key at the end of the path that is wrong, not the value behind it. */
export type Finding = { readonly path: Path; readonly at: 'key' | 'value'; readonly message: string };

export const atValue = (path: Path, message: string): Finding => ({ path, at: 'value', message });
export const atKey = (path: Path, message: string): Finding => ({ path, at: 'key', message });

/** Something wrong, by its place in the file. Lines and columns count from 1. */
export type Problem = { readonly line: number; readonly column: number; readonly message: string };

/** `apps.okeydokey.image` */
export const formatPath = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');

/** One error for all that is wrong, a line each, in the order of the file. */
export const configInvalid = (file: string, problems: readonly Problem[]): TagboatError => {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `${formatPlace({ file, line, column })}: ${message}`);
  return new TagboatError('config-invalid', [...new Set(lines)].join('\n'));
};
