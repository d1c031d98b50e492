import picomatch from 'picomatch';

/** One step of a glob: a character, any one character but `/`, or any run of them (`path`: with `/` too). */
type Token =
  | { readonly type: 'character'; readonly value: string }
  | { readonly type: 'one' | 'segment' | 'path' };

const isPath = (glob: string): boolean => !/[*?[\](){}!@+]/.test(glob);

const maxVariants = 64;

/** `{a,b}` written out, and a leading `**` folder as there or not. Undefined where a glob holds what this does not know. */
const variants = (glob: string): readonly string[] | undefined => {
  const done: string[] = [];
  const open = [glob];
  while (open.length > 0) {
    if (done.length + open.length > maxVariants) return undefined;
    const current = open.pop() ?? '';
    const brace = /\{([^{}]*)\}/.exec(current);
    if (brace === null) done.push(current);
    else {
      const [whole, inner = ''] = brace;
      if (inner.includes('..')) return undefined;
      open.push(...inner.split(',').map((choice) => current.replace(whole, () => choice)));
    }
  }
  const all = done.flatMap((plain) =>
    plain.includes('**/') ? [plain, plain.replaceAll('**/', '')] : [plain],
  );
  return all.some((plain) => /[[\](){}!@+]/.test(plain)) ? undefined : all;
};

const tokenise = (glob: string): readonly Token[] =>
  (glob.match(/\*\*|[\s\S]/g) ?? []).map((part): Token => {
    if (part === '**') return { type: 'path' };
    if (part === '*') return { type: 'segment' };
    return part === '?' ? { type: 'one' } : { type: 'character', value: part };
  });

const isRun = (token: Token | undefined) => token?.type === 'segment' || token?.type === 'path';

/** A text that both lists of tokens match, or undefined. Tries every way to line the two up, each pair of places once. */
const meet = (a: readonly Token[], b: readonly Token[]): string | undefined => {
  const failed = new Set<number>();
  const single = (token: Token): string => (token.type === 'character' ? token.value : 'x');
  const allows = (token: Token, character: string): boolean =>
    token.type === 'path' || (token.type === 'character' ? token.value === character : character !== '/');
  const from = (i: number, j: number): string | undefined => {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return '';
    const place = i * (b.length + 1) + j;
    if (failed.has(place)) return undefined;
    const then = (character: string, nextI: number, nextJ: number): string | undefined => {
      const rest = from(nextI, nextJ);
      return rest === undefined ? undefined : character + rest;
    };
    let found: string | undefined;
    if (left !== undefined && right !== undefined) {
      const character = left.type === 'character' ? left.value : single(right);
      const both = isRun(left) && isRun(right);
      if (both) found = then(character, i + 1, j) ?? then(character, i, j + 1);
      else if (allows(left, character) && allows(right, character))
        found = then(character, isRun(left) ? i : i + 1, isRun(right) ? j : j + 1);
    }
    if (found === undefined && isRun(left)) found = from(i + 1, j);
    if (found === undefined && isRun(right)) found = from(i, j + 1);
    if (found === undefined) failed.add(place);
    return found;
  };
  return from(0, 0);
};

/**
 * A path that both globs match, as the proof that they overlap; undefined where none is found. Character classes and
 * extended globs are only compared as they stand, so overlap is never claimed without such a path or the same text.
 */
export const commonPath = (a: string, b: string): string | undefined => {
  if (a === b) return a;
  if (isPath(a) && picomatch.isMatch(a, b)) return a;
  if (isPath(b) && picomatch.isMatch(b, a)) return b;
  for (const left of variants(a) ?? [])
    for (const right of variants(b) ?? []) {
      const path = meet(tokenise(left), tokenise(right));
      if (path !== undefined && picomatch.isMatch(path, a) && picomatch.isMatch(path, b)) return path;
    }
  return undefined;
};
