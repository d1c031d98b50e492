import { nearest, oneOf } from './suggest.ts';
import type { Checked } from './text-checks.ts';

/** What the template `imageTag` may say in braces. */
const placeholders = ['version', 'tag'] as const;
export type ImageTagPlaceholder = (typeof placeholders)[number];

/** A part of a template: text as it is, or what a placeholder stands for. */
export type TemplatePart = { readonly text: string } | { readonly placeholder: ImageTagPlaceholder };

/** The parts of a template that was found to be right, in order. */
export const templateParts = (template: string): readonly TemplatePart[] =>
  template.split(/(\{[^{}]*\})/).flatMap((part): readonly TemplatePart[] => {
    const placeholder = placeholders.find((name) => part === `{${name}}`);
    if (placeholder !== undefined) return [{ placeholder }];
    return part === '' ? [] : [{ text: part }];
  });

/** What may stand around the placeholders: the characters of a tag of an image. */
const literal = /^[\w.-]*$/;

export const checkImageTag = (text: string): Checked => {
  const all = oneOf(placeholders.map((name) => `{${name}}`));
  for (const [whole, name = ''] of text.matchAll(/\{([^{}]*)\}/g)) {
    if (placeholders.some((known) => known === name)) continue;
    const near = nearest(name, placeholders);
    const hint = near === undefined ? `; write ${all}` : ` (did you mean \`{${near}}\`?)`;
    return { wrong: `unknown placeholder \`${whole}\`${hint}` };
  }
  const parts = templateParts(text);
  if (!parts.some((part) => 'placeholder' in part))
    return { wrong: `every Git tag would be the same image; write ${all}, as in \`{version}\`` };
  const rest = parts.flatMap((part) => ('text' in part ? [part.text] : []));
  if (!rest.every((one) => literal.test(one)))
    return { wrong: 'the tag of an image has letters, digits, `_`, `.` and `-` only' };
  return text.startsWith('.') || text.startsWith('-')
    ? { wrong: 'the tag of an image begins with a letter, a digit or `_`' }
    : { value: text };
};
