import picomatch from 'picomatch';
import semver from 'semver';
import { parseFieldPath } from '../field-path.ts';
import { tryParseImage } from '../image.ts';
import { repositoryName } from '../repository-name.ts';
import { parseDuration } from './duration.ts';
import { isMutableTag } from './mutable-tags.ts';
import { listedTags, patternProblem } from './tag-pattern.ts';

/** What a check makes of a text: its normal form, or what is wrong with it. */
export type Checked = { readonly value: string } | { readonly wrong: string };

const wrong = (message: string): Checked => ({ wrong: message });

const unsafeUrl = (url: URL): string | undefined => {
  if (url.username !== '' || url.password !== '')
    return 'credentials do not belong into a URL; use `username` and a sealed `password`';
  if (url.search !== '' || url.hash !== '') return 'a URL without `?` and `#` is expected';
  return undefined;
};

export const checkUrl = (text: string): Checked => {
  const ssh = /^(?:ssh:\/\/)?[\w.-]+@([\w.-]+)(?::\d+)?[:/](.+)$/.exec(text);
  if (ssh !== null) return wrong(`SSH is not spoken here; write \`https://${ssh[1]}/${ssh[2]}\``);
  if (!/^(?:https?|file):\/\//.test(text) || !URL.canParse(text))
    return wrong('this is not a URL; write `https://…`');
  const url = new URL(text);
  const reason = unsafeUrl(url);
  return reason === undefined ? { value: url.href.replace(/\/+$/, '') } : wrong(reason);
};

export const checkBranch = (text: string): Checked => {
  if (text.startsWith('refs/'))
    return wrong(`write the branch alone: \`${text.replace(/^refs\/(heads\/)?/, '')}\``);
  // https://git-scm.com/docs/git-check-ref-format
  const bad =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock(?:\/|$)|^@$|^$/.test(text);
  return bad ? wrong('Git allows no branch of that name') : { value: text };
};

export const checkImage = (text: string): Checked => {
  const image = tryParseImage(text);
  if (image === undefined) {
    const lower = text.toLowerCase();
    const hint = lower !== text && tryParseImage(lower) !== undefined ? ` (did you mean \`${lower}\`?)` : '';
    return wrong(`this is not an image; write \`[host/]name\`${hint}`);
  }
  const bare = text.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  return image.tag !== undefined || image.digest !== undefined
    ? wrong(`write the image without a tag or digest: \`${bare}\``)
    : { value: image.name };
};

/** Bitbucket Data Center has the page of a repository in one place, and the repository in another: the other one. */
const cloneOfPage = (bare: string): string | undefined => {
  const [, host, kind, owner, name] =
    /^(.+)\/(projects|users)\/([^/]+)\/repos\/([^/]+)(?:\/browse)?$/.exec(bare) ?? [];
  return host && `${host}/scm/${kind === 'users' ? '~' : ''}${owner}/${name}`;
};

export const checkRepository = (text: string): Checked => {
  if (/^[a-z+]+:\/\/[^/]*@/i.test(text))
    return wrong('credentials do not belong here; write `host/owner/name`');
  const bare = text
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[\w.-]+@([\w.-]+):/, '$1/')
    .replace(/\/+$/, '')
    .replace(/\.git$/i, '')
    .toLowerCase();
  if (!/^[a-z0-9.-]+(?::\d+)?(?:\/(?:[\w.~-]|%[0-9a-f]{2})+)+$/.test(bare))
    return wrong('this is not a repository; write `host/owner/name`');
  const clone = cloneOfPage(bare);
  if (clone !== undefined) return wrong(`this is a page of Bitbucket; write what is cloned: \`${clone}\``);
  const host = bare.slice(0, bare.indexOf('/'));
  if (!/[.:]/.test(host) && host !== 'localhost')
    return wrong(`the host is missing (did you mean \`github.com/${bare}\`?)`);
  return { value: repositoryName(bare) };
};

/** The host of an image reference in normal form, or undefined where the text is none. */
export const normaliseHost = (text: string): string | undefined => {
  const parsed = tryParseImage(`${text}/a/b`);
  return parsed?.path === 'a/b' ? parsed.host : undefined;
};

/** The host of a Git repository in normal form, or undefined where the text is none. */
export const normaliseGitHost = (text: string): string | undefined => {
  const result = checkRepository(`${text}/a`);
  return 'value' in result && result.value === `${text.toLowerCase()}/a` ? text.toLowerCase() : undefined;
};

export const checkHost = (text: string): Checked => {
  const host = normaliseHost(text);
  return host === undefined
    ? wrong('this is not the host of an image; write it as in `host[:port]/name`, without a scheme')
    : { value: host };
};

export const checkFieldPath = (text: string): Checked => {
  const parsed = parseFieldPath(text);
  return 'wrong' in parsed ? parsed : { value: text };
};

/** Each multiplies the time that a path which does not match can take. */
const maxStars = 4;

export const checkGlob = (text: string): Checked => {
  if (text === '' || text !== text.trim()) return wrong('this is empty, or begins or ends with a space');
  if (text.includes('\\')) return wrong('paths are written with `/`, and nothing is escaped');
  if (text.startsWith('/'))
    return wrong(`paths are relative to the repository: \`${text.replace(/^\/+/, '')}\``);
  if (text.startsWith('./')) return wrong(`write it without \`./\`: \`${text.replace(/^(?:\.\/)+/, '')}\``);
  if (text.split('/').some((part) => part === '..' || part === '.'))
    return wrong('a path may not leave the repository');
  if (text.startsWith('!')) return wrong('a glob says what is meant, not what is not');
  if (text.endsWith('/')) return wrong(`files are meant, not a folder: \`${text}*.yml\``);
  if (
    text.split('/').some((part) => (part.match(/\*+/g) ?? []).length > maxStars) ||
    text.split('**').length > maxStars + 1
  )
    return wrong(`more than ${maxStars} times \`*\` in one place takes too long to match`);
  try {
    picomatch.makeRe(text, { strictBrackets: true });
  } catch {
    return wrong('a bracket of this glob is not closed');
  }
  return { value: text };
};

export const checkDuration = (text: string): Checked => {
  const seconds = parseDuration(text);
  return seconds === undefined
    ? wrong('write a time of at most a day as `90s`, `5m` or `1h`')
    : { value: String(seconds) };
};

export const checkInterval = (text: string): Checked => {
  const seconds = text === 'never' ? text : parseDuration(text);
  return seconds === undefined
    ? wrong('write a time of at most a day as `90s`, `5m` or `1h`, or `never`')
    : { value: String(seconds) };
};

export const checkRange = (text: string): Checked =>
  text.trim() === '' || semver.validRange(text) === null
    ? wrong('this is not a semver range; write one such as `>=1.0.0` or `^2`')
    : { value: text };

export const checkPattern = (text: string): Checked => {
  if (text === '') return wrong('an empty pattern matches no tag');
  const problem = patternProblem(text);
  if (problem === undefined) return { value: text };
  const needsBacktracking = /\(\?[=!]|\(\?<[=!]|\\[1-9]/.test(text);
  const why = needsBacktracking ? '; it has no `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)` and `\\1`' : '';
  return wrong(`this is not a regular expression of RE2: ${problem}${why}`);
};

/** The mutable tags that a pattern lists and nothing else, or undefined. */
export const onlyMutable = (text: string): readonly string[] | undefined => {
  const tags = listedTags(text);
  return tags?.every(isMutableTag) === true ? tags : undefined;
};
