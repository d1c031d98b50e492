import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, type ScalarTag } from 'yaml';
import { TagboatError } from '../../../../lib/errors.ts';
import { isMapping, mapping, type Unknowns } from '../../../../lib/mapping.ts';

/** The short forms of CloudFormation's intrinsic functions, read as their long ones. */
const shortForms: readonly ScalarTag[] = [
  { tag: '!Ref', resolve: (text) => ({ Ref: text }) },
  { tag: '!Sub', resolve: (text) => ({ 'Fn::Sub': text }) },
  { tag: '!GetAtt', resolve: (text) => ({ 'Fn::GetAtt': text.split('.') }) },
];

const included = /^\$\{file\(([^)]+\.ya?ml)\)(?::([\w.-]+))?\}$/;
const variable = /\$\{([^{}]+)\}/g;

/**
 * Reads serverless.yml, and what it includes with `${file(…)}`, with its variables filled in: the few forms that it
 * uses (`self:service`, `sls:stage`, `aws:region`, `opt:…` and `env:…` with a default), which keeps this honest and short.
 *
 * @throws TagboatError `config-not-found`, `config-invalid`
 */
export const readServiceFile = (file: string, stage: string, region: string): Unknowns => {
  const directory = path.dirname(file);
  const document = mapping(readYaml(file));
  const service = typeof document.service === 'string' ? document.service : 'service';

  const variableValue = (expression: string): string => {
    const [name = '', ...fallback] = expression.split(',').map((part) => part.trim());
    if (name === 'self:service') return service;
    if (name === 'sls:stage' || name === 'opt:stage' || name === 'self:provider.stage') return stage;
    if (name === 'aws:region' || name === 'opt:region' || name === 'self:provider.region') return region;
    const byDefault = fallback.at(-1)?.replace(/^(['"])(.*)\1$/, '$2');
    // `${AWS::Region}` and its like belong to Fn::Sub, and are resolved with the resources.
    return byDefault ?? `\${${expression}}`;
  };

  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const [, include, key] = included.exec(value) ?? [];
      if (include !== undefined) {
        const content = readYaml(path.resolve(directory, include));
        return fill(key === undefined ? content : mapping(content)[key]);
      }
      return value.replace(variable, (_whole, expression: string) => variableValue(expression));
    }
    if (Array.isArray(value)) return value.map(fill);
    if (isMapping(value))
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member)]));
    return value;
  };

  return mapping(fill(document));
};

const readYaml = (file: string): unknown => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TagboatError('config-not-found', `${file} cannot be read`, { cause });
  }
  try {
    return parse(text, { customTags: [...shortForms] });
  } catch (cause) {
    throw new TagboatError('config-invalid', `${file} is not YAML: ${String(cause)}`, { cause });
  }
};
