import type { z } from 'zod';
import { sourceTypes } from '../sources/catalog.ts';
import { createJsonSchema } from './json-schema.ts';
import { atKey, atValue, type Finding, type Path } from './problems.ts';
import { list, record, valueAt } from './raw.ts';
import { secretSlots } from './slots.ts';
import { didYouMean, oneOf } from './suggest.ts';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

const kindOf = (value: unknown): string => {
  if (value === null) return 'nothing';
  return kinds[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
};

/** Keys that may stand in the mapping at the end of the path; of a source with a name of its own, those of its type. */
const knownKeys = (path: Path, { type }: Readonly<Record<string, unknown>>): readonly string[] => {
  let schema: unknown = createJsonSchema();
  for (const part of path) {
    const { properties, additionalProperties, items } = record(schema);
    schema = typeof part === 'number' ? items : (record(properties)[part] ?? additionalProperties);
  }
  const forms = list(record(schema).oneOf).map((form) => record(record(form).properties));
  const ofType = forms.filter((form) => record(form.type).const === type);
  const keys = [record(record(schema).properties), ...ofType];
  return [...new Set(keys.flatMap(Object.keys))];
};

/** A source that is not called after its type, and does not say what type it is of. */
const typeMissing = (name: string): string => {
  const types = Object.keys(sourceTypes);
  return `\`${name}\` is no type of source${didYouMean(name, types)}; a source with a name of its own says its \`type\`: ${oneOf(types)}`;
};

const wrongType = (expected: string, value: unknown): string => {
  const wanted = `${kinds[expected] ?? expected} is expected here, not ${kindOf(value)}`;
  const quotable = expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  return quotable ? `${wanted}; put it in quotes` : wanted;
};

/** A secret that is none is never shown, only where it belongs. */
const wrongSecret = (slot: string, value: unknown): string => {
  if (typeof value === 'string' && /^(?:kms|env|file):/.test(value))
    return `the reference is empty, or has spaces or line breaks in it; seal the value again: \`tagboat seal ${slot}\``;
  return `a sealed value (\`kms:…\`) is expected here, not the value itself; run \`tagboat seal ${slot}\``;
};

/** What the schema found, in words. */
export const toFindings = (issue: z.core.$ZodIssue, data: unknown): readonly Finding[] => {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const value = valueAt(data, path);
  if (issue.code === 'invalid_union') {
    // The only one is that of the sources
    const name = String(path[1]);
    return value === undefined
      ? [atKey(path.slice(0, -1), typeMissing(name))]
      : [atValue(path, `${oneOf(Object.keys(sourceTypes))} is expected here, not \`${String(value)}\``)];
  }
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path, record(value));
    return issue.keys.map((key) => atKey([...path, key], `unknown key \`${key}\`${didYouMean(key, known)}`));
  }
  if (issue.code === 'invalid_key') return [atKey(path, issue.issues[0]?.message ?? issue.message)];
  if (value === undefined)
    return [atKey(path, path.length === 0 ? 'the file is empty' : `\`${path.at(-1)}\` is missing`)];
  if (value === null) {
    const last = path.at(-1);
    const what = typeof last === 'string' ? `\`${last}\`` : 'this entry';
    return [atKey(path, `${what} is empty; fill it in or take it out`)];
  }
  const slot = secretSlots(data).find((one) => one.path.join('/') === path.join('/'))?.slot;
  if (slot !== undefined) return [atValue(path, wrongSecret(slot, value))];
  if (issue.code === 'invalid_type') return [atValue(path, wrongType(issue.expected, value))];
  if (issue.code === 'invalid_value') {
    if (typeof value !== 'string') return [atValue(path, wrongType('string', value))];
    const words = issue.values.map(String);
    return [atValue(path, `${oneOf(words)} is expected here, not \`${value}\`${didYouMean(value, words)}`)];
  }
  return [atValue(path, issue.message)];
};
