import { RE2JS, RE2JSSyntaxException } from 're2js';

/** Whether a tag fits a `tags.pattern`. */
export type TagPattern = (tag: string) => boolean;

const compiled = new Map<string, TagPattern>();

/**
 * A `tags.pattern`, which has to match a tag as a whole, whatever a webhook says. RE2 does not backtrack: the time grows with the
 * length of the tag and no faster. https://github.com/google/re2/wiki/Syntax
 * @throws RE2JSSyntaxException where it does not parse, or asks for what only backtracking can do: `(?=…)`, `(?<!…)`, `\1`
 */
export const tagPattern = (pattern: string): TagPattern => {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const expression = RE2JS.compile(`^(?:${pattern})$`);
  const fits: TagPattern = (tag) => expression.testExact(tag);
  compiled.set(pattern, fits);
  return fits;
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
