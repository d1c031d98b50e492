import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Finding, Path, Problem } from './problems.ts';

/** tagboat.yml as data, and where each part of the data stands in the text. */
type YamlFile = {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  locate(finding: Finding): Problem;
};

const badAlias = 'an alias (`*name`) without its anchor; quote a text that begins with `*`';

/**
 * In our own words: the parser's messages quote the text, which may hold a secret that was not sealed.
 * Codes: https://eemeli.org/yaml/#errors
 */
const messages: Readonly<Record<string, string>> = {
  BAD_ALIAS: badAlias,
  BAD_DQ_ESCAPE: 'an escape sequence that YAML does not know, in a double-quoted text',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BAD_SCALAR_START: 'a text that begins with a reserved character has to be quoted',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping within a mapping has to begin on a line of its own',
  DUPLICATE_KEY: 'the same key is there twice',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'a character is missing here: a quote, a colon, a comma or a space',
  MULTILINE_IMPLICIT_KEY: 'a key has to be on one line; is a colon missing?',
  MULTIPLE_DOCS: 'more than one YAML document; one is read',
  TAB_AS_INDENT: 'a tab; YAML is indented with spaces',
  TAG_RESOLVE_FAILED: 'YAML tags (`!name`) are not used here; quote a text that begins with `!`',
  UNEXPECTED_TOKEN: 'something that YAML does not expect here',
};

const findPair = (node: Node | null, key: string | number, document: Document): Pair | undefined => {
  if (!isMap(node)) return undefined;
  for (const pair of node.items)
    if (isScalar(pair.key) && String(pair.key.value) === String(key)) return pair;
  for (const pair of node.items) {
    if (!isScalar(pair.key) || pair.key.value !== '<<') continue;
    const merged = resolve(pair.value, document);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = findPair(resolve(source, document), key, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
};

const resolve = (node: unknown, document: Document): Node | null => {
  if (isAlias(node)) return node.resolve(document) ?? null;
  return isNode(node) ? node : null;
};

/** Nodes of the key and of the value at the end of the path, as far as the path goes. */
const walk = (
  document: Document,
  path: Path,
): { key: Node | null; value: Node | null; complete: boolean } => {
  let key: Node | null = null;
  let value: Node | null = document.contents;
  for (const part of path) {
    const container: Node | null = resolve(value, document);
    if (isSeq(container) && typeof part === 'number') {
      const item: unknown = container.items[part];
      if (!isNode(item)) return { key, value, complete: false };
      key = item;
      value = item;
      continue;
    }
    const pair = findPair(container, part, document);
    if (pair === undefined) return { key, value, complete: false };
    key = isNode(pair.key) ? pair.key : null;
    value = isNode(pair.value) ? pair.value : null;
  }
  return { key, value, complete: true };
};

/** Keys that cannot be those of a configuration, whatever stands behind them, and aliases that lead nowhere. */
const nodeProblems = (
  document: Document,
  at: (offset: number, message: string) => Problem,
): readonly Problem[] => {
  const problems: Problem[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) problems.push(at(alias.range?.[0] ?? 0, badAlias));
    },
    Pair: (_, { key }) => {
      if (!isNode(key)) return;
      const offset = key.range?.[0] ?? 0;
      if (!isScalar(key)) problems.push(at(offset, 'a key has to be a plain text'));
      // Objects would take it for something else, and the schema would never see it.
      else if (key.value === '__proto__') problems.push(at(offset, 'unknown key `__proto__`'));
    },
  });
  return problems;
};

/** Reads YAML 1.2 with anchors and merge keys (`<<`); never throws. */
export const readYaml = (text: string): YamlFile => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const describe = (error: YAMLError): Problem =>
    at(error.pos[0], messages[error.code] ?? `this is not valid YAML (${error.code})`);
  const problems = [...document.errors, ...document.warnings].map(describe);
  if (problems.length === 0) problems.push(...nodeProblems(document, at));
  const locate = (finding: Finding): Problem => {
    const { key, value, complete } = walk(document, finding.path);
    // What is missing is reported where it should have been: at the key of the mapping that lacks it.
    const node = finding.at === 'key' || !complete ? (key ?? value) : (value ?? key);
    return at(finding.path.length === 0 ? 0 : (node?.range?.[0] ?? 0), finding.message);
  };
  if (problems.length > 0) return { data: undefined, problems, locate };
  try {
    return { data: document.toJS(), problems, locate };
  } catch {
    // The one thing it throws for: aliases of aliases that would fill the memory.
    return { data: undefined, problems: [at(0, 'too many aliases')], locate };
  }
};
