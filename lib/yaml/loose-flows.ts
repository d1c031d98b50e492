import { type FlowSpan, flowSpan } from './flow-lines.ts';
import { spacesFor } from './indent-flow.ts';

/** What stands before a value in block style: indentation and dashes, a key, and anchors and tags. */
const beforeValue =
  /^((?: |[-?] +)*)(?:[&!]\S*(?:[ \t]+|$))*((?:"(?:[^"\\]|\\.)*"[ \t]*|'(?:[^']|'')*'[ \t]*|[^\s#"'[\]{},|>&*!%@`].*?):(?:[ \t]+|$))?(?:[&!]\S*(?:[ \t]+|$))*/;

/** Markers of documents, directives and blank lines. */
const isNoContent = (line: string): boolean => /^(?:\ufeff?(?:---|\.\.\.|%)|[ \t]*$)/.test(line);

/**
 * The quoted scalars and flow collections of a document whose lines are less indented than YAML wants it, by the look of
 * the lines. That they are what they seem to be is to be checked once they are parsed.
 */
export const looseFlows = (text: string): readonly FlowSpan[] => {
  const loose: FlowSpan[] = [];
  let scalarIndent = Number.POSITIVE_INFINITY; // lines that are indented more belong to a plain or a block scalar
  for (let at = 0; at < text.length; ) {
    const line = text.slice(at, endOfLine(text, at)).replace(/\r$/, '');
    const start = at;
    at = endOfLine(text, at) + 1;
    if (isNoContent(line) || line.search(/[^ ]/) > scalarIndent) continue;
    const [before = '', dashes = '', key] = beforeValue.exec(line) ?? [];
    const value = line.charAt(before.length);
    const span = /["'[{]/.test(value) ? flowSpan(text, start + before.length) : undefined;
    if (span !== undefined && isLoose(text, span)) loose.push(span);
    if (span !== undefined) at = endOfLine(text, span.end) + 1;
    const isScalar = span === undefined && value !== '' && value !== '#';
    scalarIndent = isScalar ? indentOfParent(dashes, key) : Number.POSITIVE_INFINITY;
  }
  return loose;
};

const indentOfParent = (dashes: string, key: string | undefined): number => {
  if (key !== undefined) return dashes.length;
  const dash = dashes.search(/[-?] +$/);
  return dash === -1 ? dashes.length - 1 : dash;
};

const isLoose = (text: string, { start, lines }: FlowSpan): boolean => {
  const enough = lines.length === 0 ? '' : ' '.repeat(spacesFor(text, start));
  return lines.some((at) => !text.startsWith(enough, at));
};

const endOfLine = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at);
  return newline === -1 ? text.length : newline;
};
