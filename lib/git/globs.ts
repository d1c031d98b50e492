import picomatch from 'picomatch';
import { TagboatError } from '../errors.ts';

/** Globs over the paths of a repository, ready to decide how far into it one has to look. */
export type Globs = {
  /** True where a file of that path is meant. */
  matches(path: string): boolean;
  /** True where a directory of these components may hold a file that is meant. */
  mayHold(directory: readonly string[]): boolean;
  /** How many levels of trees can matter, the root included; undefined: any number (`**`). */
  readonly depth: number | undefined;
};

type Matcher = (text: string) => boolean;
type Prefix = { readonly directories: readonly Matcher[]; readonly open: boolean };

const options = { nonegate: true } as const;

/** Splits at slashes, but not within brackets, where a slash belongs to an alternative: `{a/b,c}/*.yml`. */
const splitSegments = (glob: string): readonly string[] => {
  const segments = [''];
  let depth = 0;
  for (const [character] of glob.matchAll(/\\.|[\s\S]/g)) {
    if ('{(['.includes(character)) depth += 1;
    if ('})]'.includes(character)) depth -= 1;
    if (character === '/' && depth <= 0) segments.push('');
    else segments.push((segments.pop() ?? '') + character);
  }
  return segments;
};

/** The directories a glob names one by one, up to the first segment that can stand for several. */
const prefixOf = (glob: string): Prefix => {
  const segments = splitSegments(glob);
  const firstOpen = segments.findIndex((segment) => segment.includes('**') || segment.includes('/'));
  const closed = firstOpen === -1 ? segments.slice(0, -1) : segments.slice(0, firstOpen);
  return { directories: closed.map((segment) => picomatch(segment, options)), open: firstOpen !== -1 };
};

const mayHold = ({ directories, open }: Prefix, directory: readonly string[]): boolean =>
  (open || directory.length <= directories.length) &&
  directory.every((name, level) => directories[level]?.(name) ?? open);

const checked = (glob: string): string => {
  const plain = glob.replace(/^(?:\.\/)+/, '');
  if (plain === '' || plain.startsWith('/') || plain.split('/').includes('..'))
    throw new TagboatError(
      'manifest-path-refused',
      `the glob ${JSON.stringify(glob)} does not stay within the repository`,
    );
  return plain;
};

/**
 * Compiles globs (picomatch's syntax). One that starts with `!` takes files out again, wherever it stands in the list.
 * @throws TagboatError `manifest-path-refused` for a glob that is absolute or leaves the repository
 */
export const compileGlobs = (globs: readonly string[]): Globs => {
  const isNegative = (glob: string) => /^!(?!\()/.test(glob);
  const wanted = globs.filter((glob) => !isNegative(glob)).map(checked);
  const unwanted = globs.filter(isNegative).map((glob) => checked(glob.slice(1)));
  const prefixes = wanted.map(prefixOf);
  const included = wanted.map((glob) => picomatch(glob, options));
  const excluded = unwanted.map((glob) => picomatch(glob, { ...options, dot: true }));
  return {
    matches: (path) => included.some((match) => match(path)) && !excluded.some((match) => match(path)),
    mayHold: (directory) => prefixes.some((prefix) => mayHold(prefix, directory)),
    depth: prefixes.some(({ open }) => open)
      ? undefined
      : Math.max(1, ...prefixes.map(({ directories }) => directories.length + 1)),
  };
};
