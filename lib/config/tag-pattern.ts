/**
 * The regular expression of a `tags.pattern`: it has to match a tag as a whole.
 * @throws SyntaxError where it does not parse
 */
export const tagPattern = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 'u');

/** The tags a pattern lists, where it is nothing but a list: `latest`, `latest|main`, `^(latest|main)$`. */
export const listedTags = (pattern: string): readonly string[] | undefined => {
  const bare = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const inner = /^\((?:\?:)?([^()]*)\)$/.exec(bare)?.[1] ?? bare;
  const listed = inner.split('|');
  return listed.every((tag) => /^[\w-]+$/.test(tag)) ? listed : undefined;
};
