/** One step on the way to a value of a document. */
export type PathStep =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'index'; readonly index: number }
  /** The entries of a list in which a key has that text. */
  | { readonly type: 'entry'; readonly key: string; readonly text: string }
  | { readonly type: 'any-key' }
  | { readonly type: 'any-entry' };

type ParsedPath = { readonly steps: readonly PathStep[] } | { readonly wrong: string };

const example = '`spec.templates[name=main].container.image`';

/** A key in quotes, or one without the characters that mean something in a path. */
const keyPattern = /"([^"]+)"|([^\s.[\]"'*=]+)|(\*)/y;
const bracketPattern = /\[(?:(\*)|(\d{1,6})|([^\s.[\]"'*=]+)=(?:"([^"]*)"|([^\s[\]"'*=]+)))\]/y;

/**
 * Reads a path of keys: `spec.steps[*].image`, `spec.templates[name=main].container.image`, `images[0]`,
 * `metadata.annotations."example.com/image"`, `spec.replicas.*.image`.
 */
export const parseFieldPath = (text: string): ParsedPath => {
  const steps: PathStep[] = [];
  const wrongAt = (at: number): ParsedPath => ({
    wrong: `this is not a path of keys, from character ${at + 1} on; write it as in ${example}, and a key with other characters in quotes`,
  });
  for (let at = 0; at < text.length; ) {
    const isBracket = text.charAt(at) === '[';
    if (!isBracket && steps.length > 0) {
      if (text.charAt(at) !== '.') return wrongAt(at);
      at += 1;
    }
    const pattern = isBracket ? bracketPattern : keyPattern;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return wrongAt(at);
    steps.push(isBracket ? bracketStep(match) : keyStep(match));
    at = pattern.lastIndex;
  }
  return steps.length === 0 ? { wrong: `a path of keys is expected: ${example}` } : { steps };
};

const keyStep = ([, quoted, bare, any]: RegExpExecArray): PathStep =>
  any === undefined ? { type: 'key', key: quoted ?? bare ?? '' } : { type: 'any-key' };

const bracketStep = ([, any, index, key, quoted, bare]: RegExpExecArray): PathStep => {
  if (any !== undefined) return { type: 'any-entry' };
  return index === undefined
    ? { type: 'entry', key: key ?? '', text: quoted ?? bare ?? '' }
    : { type: 'index', index: Number(index) };
};

/** The steps as `parseFieldPath` reads them; undefined where a key cannot be written. */
export const formatFieldPath = (steps: readonly PathStep[]): string | undefined => {
  const text = steps.map(formatStep).join('').replace(/^\./, '');
  const parsed = parseFieldPath(text);
  return 'steps' in parsed && JSON.stringify(parsed.steps) === JSON.stringify(steps) ? text : undefined;
};

const formatStep = (step: PathStep): string => {
  switch (step.type) {
    case 'key':
      return `.${quoted(step.key)}`;
    case 'index':
      return `[${step.index}]`;
    case 'entry':
      return `[${step.key}=${quoted(step.text)}]`;
    case 'any-key':
      return '.*';
    case 'any-entry':
      return '[*]';
  }
};

const quoted = (text: string): string => (/^[^\s.[\]"'*=]+$/.test(text) ? text : `"${text}"`);

/** True where the path may lead to several values, of which some may be about something else. */
export const isWide = (steps: readonly PathStep[]): boolean =>
  steps.some(({ type }) => type === 'any-key' || type === 'any-entry');

/** How many steps paths have in common from their beginning, the last of each left out. */
export const commonSteps = (paths: readonly (readonly PathStep[])[]): number => {
  const [first = [], ...others] = paths;
  const most = Math.min(...paths.map((steps) => steps.length - 1));
  const isShared = (at: number): boolean =>
    others.every((steps) => JSON.stringify(steps[at]) === JSON.stringify(first[at]));
  let count = 0;
  while (count < most && isShared(count)) count += 1;
  return count;
};
