import {
  type Document,
  type DocumentOptions,
  isCollection,
  isScalar,
  type Node,
  type ParseOptions,
  parseDocument,
  type Range,
  type SchemaOptions,
  visit,
  type YAMLError,
} from 'yaml';
import { type IndentedText, indentFlow, indentSpans, unindented } from './indent-flow.ts';
import { looseFlows } from './loose-flows.ts';

/** A document and the ranges of its nodes, which are offsets into the text that was given. */
export type ParsedYaml = {
  readonly document: Document.Parsed;
  /** The first thing that Kubernetes' parser does not take either, with its place in the text. */
  readonly error?: { readonly offset: number; readonly cause: YAMLError } | undefined;
};

export type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions;

/** Of what the look of the lines does not tell. Each costs a parse of the text. */
const maxRepairs = 50;
const maxRepairedCharacters = 8 * 1024 * 1024;

/**
 * Parses one document, and takes what Kubernetes' own parser (go-yaml, a port of libyaml) takes though YAML 1.2 does not:
 * quoted scalars and flow collections whose lines are not indented (https://github.com/eemeli/yaml/issues/403), comments
 * without a space before them, lone carriage returns as line ends, and keys that stand twice, of which the last counts.
 *
 * Keys are not compared with one another: `yaml` does that in quadratic time, and a map of 40,000 keys is a real one.
 */
export const parseYaml = (given: string, options: YamlOptions = {}): ParsedYaml => {
  const text = withLineFeeds(given);
  const parse = (from: string) =>
    parseDocument(from, { ...options, uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  const asGiven = parse(text);
  const first = faultOf(asGiven, text);
  if (first === undefined) return { document: asGiven };
  let { indented, document } = indentAtOnce(text, parse) ?? {
    indented: unindented(text),
    document: asGiven,
  };
  const rounds = Math.min(maxRepairs, Math.ceil(maxRepairedCharacters / Math.max(text.length, 1)));
  let fault = faultOf(document, indented.text);
  for (let round = 0; fault !== undefined && round < rounds; round += 1) {
    const next = repair(text, indented, document, fault);
    if (next === undefined) break;
    indented = next;
    document = parse(indented.text);
    fault = faultOf(document, indented.text);
  }
  if (fault !== undefined) return { document, error: toReport(text, indented, first, fault) };
  moveRanges(document, indented);
  return { document };
};

/** A carriage return by itself ends a line, in YAML of any version: https://yaml.org/spec/1.2.2/#54-line-break-characters */
export const withLineFeeds = (text: string): string =>
  text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;

/** `"v"# comment`: the tree is as it should be. */
const isMissingSpace = (error: YAMLError, text: string): boolean =>
  error.code === 'MISSING_CHAR' && text.charAt(error.pos[0]) === '#';

const faultOf = (document: Document.Parsed, text: string): YAMLError | undefined =>
  document.errors.find((error) => !isMissingSpace(error, text));

/**
 * The last fault, where it lies behind what was indented. On the line where that ends it may be a consequence of it: a quote
 * was forgotten, and another one taken for it.
 */
const toReport = (text: string, indented: IndentedText, first: YAMLError, last: YAMLError) => {
  const offset = indented.toOriginal(last.pos[0]);
  const lastLine = indented.insertions.findLast(({ at }) => at <= offset)?.at ?? 0;
  const lineEnd = text.indexOf('\n', lastLine);
  return lineEnd !== -1 && offset > lineEnd
    ? { offset, cause: last }
    : { offset: first.pos[0], cause: first };
};

/** Indents all that seems to need it; undefined where, up to the first fault, something is not what it seemed to be. */
const indentAtOnce = (text: string, parse: (from: string) => Document.Parsed) => {
  const spans = looseFlows(text);
  const indented = indentSpans(text, spans);
  if (indented === undefined) return undefined;
  const document = parse(indented.text);
  const fault = faultOf(document, indented.text);
  const until = fault === undefined ? text.length : indented.toOriginal(fault.pos[0]);
  const ends = new Map(
    flowsIn(document.contents).map(([start, end]) => [indented.toOriginal(start), indented.toOriginal(end)]),
  );
  const areFlows = spans.every(({ start, end }) => end > until || ends.get(start) === end);
  return areFlows ? { indented, document } : undefined;
};

/** The error may come from lines that are not indented, of the last quoted scalar or flow collection before it. */
const repair = (
  text: string,
  indented: IndentedText,
  document: Document.Parsed,
  fault: YAMLError,
): IndentedText | undefined => {
  if (fault.code === 'RESOURCE_EXHAUSTION') return undefined;
  const start = flowsIn(document.contents).reduce<number | undefined>(
    (last, [at]) => (at < fault.pos[0] ? Math.max(last ?? 0, at) : last),
    undefined,
  );
  return start === undefined ? undefined : indentFlow(text, indented, indented.toOriginal(start));
};

/** Quoted scalars and flow collections, those within another one excepted. */
const flowsIn = (root: Node | null): readonly (readonly [start: number, end: number])[] => {
  const flows: (readonly [number, number])[] = [];
  visit(root, (_key, node) => {
    const isQuoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
    const isFlow = isCollection(node) && node.flow === true;
    if (!isQuoted && !isFlow) return undefined;
    if (node.range) flows.push([node.range[0], node.range[1]]);
    return visit.SKIP;
  });
  return flows;
};

const moveRanges = (document: Document.Parsed, { toOriginal }: IndentedText): void => {
  visit(document.contents, {
    Node: (_key, node) => {
      if (node.range) node.range = node.range.map(toOriginal) as Range;
    },
  });
};
