/** A quoted scalar or a flow collection; offsets into the text. */
export type FlowSpan = {
  /** Of its quote or bracket. */
  readonly start: number;
  /** Behind the one that closes it. */
  readonly end: number;
  /** Where its lines begin, the first one excepted. */
  readonly lines: readonly number[];
};

/**
 * The quoted scalar or flow collection that begins at an offset. Scanned by libyaml's rules, for which indentation means
 * nothing in there: https://github.com/yaml/libyaml/blob/0.2.5/src/scanner.c
 * @param start offset of its quote or bracket
 * @returns undefined where it has no end
 */
export const flowSpan = (text: string, start: number): FlowSpan | undefined => {
  const span = scan(text, start);
  return span?.lines.some((at) => documentMarker.test(text.slice(at, at + 4))) ? undefined : span;
};

/** It ends whatever it stands in. */
const documentMarker = /^(?:---|\.\.\.)(?:\s|$)/;

const scan = (text: string, start: number): FlowSpan | undefined => {
  const lines: number[] = [];
  let depth = 0;
  let mayBegin = true; // whether a quote here opens a scalar; in `it's` it does not
  let isProperty = false; // within an anchor or a tag, behind which a scalar may begin
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (mayBegin && (character === '"' || character === "'")) {
      const end = endOfQuoted(text, at);
      if (end === -1) return undefined;
      pushLines(lines, text, at, end);
      at = end;
      mayBegin = false;
      if (depth === 0) return { start, end: at + 1, lines };
    } else if (character === '[' || character === '{') {
      depth += 1;
      mayBegin = true;
    } else if (character === ']' || character === '}') {
      depth -= 1;
      mayBegin = false;
      if (depth === 0) return { start, end: at + 1, lines };
    } else if (character === '#' && !isInWord(text, at)) {
      const newline = text.indexOf('\n', at);
      if (newline === -1) return undefined;
      at = newline - 1;
    } else if (character === '\n') {
      lines.push(at + 1);
      mayBegin ||= isProperty;
      isProperty = false;
    } else if (character === ' ' || character === '\t' || character === '\r') {
      mayBegin ||= isProperty;
      isProperty = false;
    } else if (character === ',' || (character === ':' && endsKey(text, at))) {
      mayBegin = true;
      isProperty = false;
    } else {
      isProperty = isProperty || (mayBegin && (character === '&' || character === '!'));
      mayBegin = false;
    }
  }
  return undefined;
};

const endOfQuoted = (text: string, start: number): number => {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && quote === '"') at += 1;
    else if (character === quote) {
      if (quote === '"' || text.charAt(at + 1) !== quote) return at;
      at += 1;
    }
  }
  return -1;
};

const pushLines = (lines: number[], text: string, start: number, end: number): void => {
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1))
    lines.push(at + 1);
};

const isInWord = (text: string, at: number): boolean => /[^\s"'[\]{},]/.test(text.charAt(at - 1));

const endsKey = (text: string, at: number): boolean =>
  /^[\s,[\]{}]?$/.test(text.charAt(at + 1)) || /["'\]}]/.test(text.charAt(at - 1));
