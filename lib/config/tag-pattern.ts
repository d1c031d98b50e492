import { RE2JS, RE2JSSyntaxException } from 're2js';

/** Whether a tag fits a `tags.pattern`. */
export type TagPattern = (tag: string) => boolean;

const compiled = new Map<string, RE2JS>();

const compile = (pattern: string): RE2JS => {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const expression = RE2JS.compile(`^(?:${pattern})$`);
  compiled.set(pattern, expression);
  return expression;
};

/**
 * A `tags.pattern`, which has to match a tag as a whole, whatever a webhook says. RE2 does not backtrack: the time grows with the
 * length of the tag and no faster. https://github.com/google/re2/wiki/Syntax
 * @throws RE2JSSyntaxException where it does not parse, or asks for what only backtracking can do: `(?=…)`, `(?<!…)`, `\1`
 */
export const tagPattern = (pattern: string): TagPattern => {
  const expression = compile(pattern);
  return (tag) => expression.testExact(tag);
};

/** True where the pattern captures a part of the tag. */
export const hasGroup = (pattern: string): boolean => compile(pattern).groupCount() > 0;

/**
 * The part of a tag that a pattern captures: its group `version`, or else its first one. Undefined where the pattern does not
 * match, has no group, or matches without it.
 */
export const capturedBy = (pattern: string, tag: string): string | undefined => {
  const expression = compile(pattern);
  const matcher = expression.matcher(tag);
  if (!matcher.matches() || expression.groupCount() === 0) return undefined;
  return matcher.group('version' in expression.namedGroups() ? 'version' : 1) || undefined;
};

/** What is wrong with a pattern, or undefined where nothing is. */
export const patternProblem = (pattern: string): string | undefined => {
  try {
    // By itself first: `a)(b` is a pattern only between the brackets of the larger one
    RE2JS.compile(pattern);
    tagPattern(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return error.message.replace(/^error parsing regexp: /, '');
  }
};

/** The tags a pattern lists, where it is nothing but a list: `latest`, `latest|main`, `^(latest|main)$`. */
export const listedTags = (pattern: string): readonly string[] | undefined => {
  const bare = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const inner = /^\((?:\?:)?([^()]*)\)$/.exec(bare)?.[1] ?? bare;
  const listed = inner.split('|');
  return listed.every((tag) => /^[\w-]+$/.test(tag)) ? listed : undefined;
};
