import { isMap, type Node, visit, type YAMLError } from 'yaml';
import { parseYaml } from '../yaml/parse-yaml.ts';
import type { ManifestDocument } from './document.ts';
import { fail, type Located, refuse } from './refusal.ts';
import { sharingIn } from './sharing.ts';

/** The document itself, to name a place in it. */
type Source = Located & Pick<ManifestDocument, 'index' | 'within'>;

/** Go templates, Helm and Jinja: expressions and statements. */
const templatePattern = /\{\{|\{%/;

/**
 * Parses one document of a file.
 * @throws TagboatError `manifest-unparsable`; `manifest-refused` where a template is what makes it unparsable
 */
export const parseManifest = (source: Source, text: string): ManifestDocument => {
  const { document, error } = parseYaml(text);
  if (error !== undefined) {
    const template = bareTemplate(text);
    if (template !== undefined) return refuse(source, template, templateReason);
    if (error.cause.code === 'RESOURCE_EXHAUSTION') return failTooDeep(source);
    return fail(source, error.offset, 'manifest-unparsable', `not valid YAML: ${describe(error.cause)}`);
  }
  const root = document.contents;
  return { ...source, text, root, sharing: sharingIn(root, text), template: templateIn(root, text) };
};

export const templateReason =
  'this is a template ({{ }}), not a manifest; only finished YAML can be rewritten';

/** The parser, and what walks its trees, are recursive: some thousand levels exhaust the stack. */
export const failTooDeep = (located: Located): never =>
  fail(located, 0, 'manifest-unparsable', 'not valid YAML: nested too deeply');

/** The parser's words, without the piece of the file that some of them quote: it may be a secret. */
const describe = (error: YAMLError): string =>
  error.code === 'UNEXPECTED_TOKEN' ? 'unexpected token' : error.message.replace(/:\s["'{[][\s\S]*$/, '');

/**
 * `{{ x }}` in the place of a value is a map in a map to YAML, which no reader of manifests takes. Within a scalar it is
 * text: of a chart that passes it through `tpl`, or of whatever else reads it.
 */
const templateIn = (root: Node | null, text: string): number | undefined => {
  let template: number | undefined;
  if (text.includes('{{'))
    visit(root, (_key, node) => {
      if (!isMap(node) || !text.startsWith('{{', node.range?.[0])) return undefined;
      template = node.range?.[0];
      return visit.BREAK;
    });
  return template;
};

/** In a text that does not parse: the first template expression that is neither quoted nor in a comment. */
const bareTemplate = (text: string): number | undefined => {
  const match = new RegExp(`(?:^|\\n)[^"'#\\n]*?(${templatePattern.source})`).exec(text);
  return match === null ? undefined : match.index + match[0].length - 2;
};
