import { TagboatError } from '../errors.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: Git forbids them in refs
const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock(?:\/|$)|(?:^|\/)\./;

/**
 * The full name of a branch: `refs/heads/main`.
 * @throws TagboatError `git-branch-not-found` for what no branch can be called (`git check-ref-format`)
 */
export const refOfBranch = (branch: string): string => {
  const name = branch.replace(/^refs\/heads\//, '');
  if (name === '' || name === '@' || forbidden.test(name))
    throw new TagboatError('git-branch-not-found', `no branch can be called ${JSON.stringify(branch)}`);
  return `refs/heads/${name}`;
};
