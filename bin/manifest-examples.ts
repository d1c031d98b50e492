import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { formats } from '../lib/manifests/catalog.ts';
import type { ImageTarget } from '../lib/manifests/rewrite.ts';

const golden = path.join(import.meta.dirname, '..', 'test', 'golden');

/** A file of a golden folder for each format, in the order of the page. */
const examples: readonly (readonly [format: string, folder: string, file: string])[] = [
  ['kubernetes', 'pin-digest', 'pod.yaml'],
  ['kustomize', 'tags', 'base/kustomization.yaml'],
  ['json-patch', 'operations', 'patch.yaml'],
  ['helm-values', 'registries-and-names', 'values.yaml'],
  ['flux', 'patches', 'kustomization.yaml'],
  ['argocd', 'parameters', 'apps/.argocd-source-shop.yaml'],
  ['marker', 'anything', 'app.yaml'],
  ['fields', 'own-kinds', 'backend.yaml'],
];

/** Each with what a release changes in it. @throws Error where a format has no example */
export const manifestExamples = (): string => {
  const missing = formats.find(({ name }) => !examples.some(([format]) => format === name));
  if (missing !== undefined) throw new Error(`docs/manifests.md has no example of ${missing.name}`);
  return examples.map((one) => exampleOf(...one)).join('\n\n');
};

const exampleOf = (format: string, folder: string, file: string): string => {
  const read = (name: string): string => readFileSync(path.join(golden, format, folder, name), 'utf8');
  const { app, image, tag, digest, fields } = JSON.parse(read('target.json')) as ImageTarget;
  const own = (fields ?? []).filter(({ files }) => files === file);
  const what = [`\`${image}\` to \`${tag}\``, ...(digest === undefined ? [] : ['pinned'])].join(', ');
  return [
    `### ${format}`,
    `${what}${app === undefined ? '' : `, the app \`${app}\``}; \`test/golden/${format}/${folder}\``,
    ...(own.length === 0
      ? []
      : [`\`\`\`yaml\n${stringify({ fields: own }, { lineWidth: 0 }).trimEnd()}\n\`\`\``]),
    `\`\`\`diff\n${diffOf(read(`original/${file}`), read(`expected/${file}`))}\n\`\`\``,
  ].join('\n\n');
};

/** A release changes characters within lines, and neither adds nor removes any. */
const diffOf = (before: string, after: string): string => {
  const changed = after.split('\n');
  return before
    .trimEnd()
    .split('\n')
    .flatMap((line, at) => (line === changed[at] ? [`  ${line}`] : [`- ${line}`, `+ ${changed[at]}`]))
    .map((line) => line.trimEnd())
    .join('\n');
};
