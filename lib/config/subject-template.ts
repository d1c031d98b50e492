import { nearest, oneOf } from './suggest.ts';

/** What the template of a commit's subject may say in braces. */
export const subjectPlaceholders = [
  'app',
  'tag',
  'environment',
  'image',
  'release',
  'requestedBy',
  'verb',
] as const;
type SubjectPlaceholder = (typeof subjectPlaceholders)[number];

const all = oneOf(subjectPlaceholders.map((name) => `{${name}}`));
const placeholder = /\{([^{}]*)\}/g;

/** Everything that is wrong with a template. Braces stand for nothing but placeholders, so that none is left over by mistake. */
export const subjectProblems = (template: string): readonly string[] => {
  if (template.trim() === '' || template !== template.trim())
    return ['this is empty, or begins or ends with a space'];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(template)) return ['a subject is one line'];
  if (/\{\{|\}\}/.test(template)) return ['a placeholder has one brace on either side: `{app}`'];
  if (/[{}]/.test(template.replace(placeholder, ''))) return ['a brace without its counterpart'];
  return [...template.matchAll(placeholder)].flatMap(([whole, name = '']) => {
    if (subjectPlaceholders.some((known) => known === name)) return [];
    const near = nearest(name, subjectPlaceholders);
    const hint = near === undefined ? `; write ${all}` : ` (did you mean \`{${near}}\`?)`;
    return [`unknown placeholder \`${whole}\`${hint}`];
  });
};

/** A template that was found to be right, filled in; what a value says is not looked at again. */
export const fillSubject = (template: string, values: Readonly<Record<SubjectPlaceholder, string>>): string =>
  template.replace(placeholder, (whole, name: string) => {
    const known = subjectPlaceholders.find((one) => one === name);
    return known === undefined ? whole : values[known];
  });
