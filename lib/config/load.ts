import { readFileSync } from 'node:fs';
import { TagboatError } from '../errors.ts';
import { crossCheck } from './check.ts';
import { toFindings } from './issues.ts';
import { configInvalid } from './problems.ts';
import { createSchema } from './schema.ts';
import type { Config } from './types.ts';
import { readYaml } from './yaml.ts';

export type LoadOptions = {
  /** Allows what only the local stack may use: `env:` and `file:` secrets, `http://` and `file://` URLs. */
  readonly local?: boolean;
};

/**
 * Reads the text of a tagboat.yml: checked, with defaults filled in and everything in its normal form. Plain JSON.
 * For the command line, packaging and the local stack; deployed functions get its result compiled in.
 * @throws TagboatError `config-invalid` with all that is wrong, one line each: `file:line:column: message`
 */
export const parseConfig = (text: string, options: LoadOptions & { readonly file?: string } = {}): Config => {
  const file = options.file ?? 'tagboat.yml';
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) throw configInvalid(file, yaml.problems);
  const data = yaml.data ?? undefined;
  const result = createSchema().safeParse(data);
  const findings = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => toFindings(issue, data))),
    ...crossCheck(data, { local: options.local ?? false }),
  ];
  if (!result.success || findings.length > 0) throw configInvalid(file, findings.map(yaml.locate));
  return result.data;
};

/**
 * Reads a tagboat.yml.
 * @param path of the file; also what messages call it
 * @throws TagboatError `config-not-found`, `config-invalid`
 */
export const loadConfig = (path: string, options: LoadOptions = {}): Config => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TagboatError('config-not-found', `${path} cannot be read`, { cause });
  }
  return parseConfig(text, { ...options, file: path });
};
