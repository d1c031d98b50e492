import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { DocumentRange } from './documents.ts';
import { fail, type Located, refuse } from './refusal.ts';

/** One parsed document of a file. Offsets of nodes (`range`) count from the beginning of the document. */
export type ManifestDocument = Located & {
  /** Position in the stream, from 0. */
  readonly index: number;
  readonly text: string;
  readonly root: Node | null;
  /** Nodes with an anchor to which at least one alias refers: an edit in them shows in several places. */
  readonly shared: ReadonlySet<Node>;
  resolve(alias: Alias): Node | undefined;
  /** Offset of a template expression outside quotes, if there is one: the file is not what the cluster will see. */
  readonly template: number | undefined;
};

/** Go templates, Helm and Jinja: expressions and statements. */
const templatePattern = /\{\{|\{%/;

/**
 * The tree of a document. Keys need not be unique here: that is checked where it matters, on the way to an image.
 * Merge keys are not applied, so that every node is where it was written.
 */
export const readTree = (text: string): Document.Parsed =>
  parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'error' });

/**
 * Parses one document of a file.
 * @throws TagboatError `manifest-unparsable`; `manifest-refused` where a template is what makes it unparsable
 */
export const parseManifest = (
  file: { readonly path: string; readonly text: string },
  range: DocumentRange,
  index: number,
): ManifestDocument => {
  const located = { file: file.path, fileText: file.text, start: range.start };
  const tree = readTree(range.text);
  const error = tree.errors[0];
  if (error !== undefined) {
    const template = bareTemplate(range.text);
    if (template !== undefined) return refuse(located, template, templateReason);
    if (error.code === 'RESOURCE_EXHAUSTION') return failTooDeep(located);
    return fail(located, error.pos[0], 'manifest-unparsable', `not valid YAML: ${describe(error)}`);
  }
  const root = tree.contents;
  return { ...located, index, text: range.text, root, ...survey(root, range.text) };
};

export const templateReason =
  'this is a template ({{ }}), not a manifest; only finished YAML can be rewritten';

/** The parser, and what walks its trees, are recursive: some thousand levels exhaust the stack. */
export const failTooDeep = (located: Located): never =>
  fail(located, 0, 'manifest-unparsable', 'not valid YAML: nested too deeply');

/** The parser's words, without the piece of the file that some of them quote: it may be a secret. */
const describe = (error: YAMLError): string =>
  error.code === 'UNEXPECTED_TOKEN' ? 'unexpected token' : error.message.replace(/:\s["'{[][\s\S]*$/, '');

/** Follows anchors and aliases in the order of the text, as an anchor may be given twice. */
const survey = (root: Node | null, text: string) => {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  let template: number | undefined;
  const mayHaveTemplate = templatePattern.test(text);
  if (text.includes('*') || mayHaveTemplate) {
    visit(root, (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (isScalar(node) || isMap(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        if (mayHaveTemplate && template === undefined && isTemplate(node, text)) template = node.range?.[0];
      } else if (typeof node === 'object' && node !== null && 'anchor' in node) {
        const { anchor } = node as Node & { anchor?: string };
        if (anchor !== undefined) anchors.set(anchor, node as Node);
      }
    });
  }
  return {
    shared: new Set(targets.values()),
    resolve: (alias: Alias) => targets.get(alias),
    template,
  };
};

/** `{{ x }}` is a map in a map to YAML, `a-{{ x }}` a plain scalar. In quotes and block scalars it is data. */
const isTemplate = (node: Node, text: string): boolean => {
  const start = node.range?.[0] ?? 0;
  return isScalar(node)
    ? node.type === 'PLAIN' && templatePattern.test(node.source ?? '')
    : text.startsWith('{{', start);
};

/** In a text that does not parse: the first template expression that is neither quoted nor in a comment. */
const bareTemplate = (text: string): number | undefined => {
  const match = /(?:^|\n)[^"'#\n]*?(\{\{|\{%)/.exec(text);
  return match === null ? undefined : match.index + match[0].length - 2;
};
