import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { TagboatError } from '../../../../lib/errors.ts';
import { isMapping, mapping, type Unknowns } from '../../../../lib/mapping.ts';
import { redact } from '../../../../lib/redact.ts';

/** Fields that name a file, and those that hold its content instead; a token is not in Base64. */
const fileFields: Readonly<Record<string, string>> = {
  'certificate-authority': 'certificate-authority-data',
  'client-certificate': 'client-certificate-data',
  'client-key': 'client-key-data',
  tokenFile: 'token',
};

/**
 * A kubeconfig of this machine in the form that a function can use: what it refers to in other files is put into it.
 * @param variable value of `KUBECONFIG`; of a list of paths the first that exists
 * @throws TagboatError `cluster-kubeconfig-invalid`
 */
export const readKubeconfig = (variable: string): string => {
  const file = variable.split(path.delimiter).find((candidate) => candidate !== '' && existsSync(candidate));
  if (file === undefined)
    throw new TagboatError('cluster-kubeconfig-invalid', `KUBECONFIG names no file that exists: ${variable}`);
  let document: Unknowns;
  try {
    document = mapping(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new TagboatError('cluster-kubeconfig-invalid', `${file} cannot be read`, { cause });
  }
  const embed = (entries: unknown, key: 'cluster' | 'user') =>
    (Array.isArray(entries) ? entries : [])
      .filter(isMapping)
      .map((entry) => ({ ...entry, [key]: embedFiles(mapping(entry[key]), path.dirname(file)) }));
  return stringify({
    ...document,
    clusters: embed(document.clusters, 'cluster'),
    users: embed(document.users, 'user'),
  });
};

/** Where the current context of a kubeconfig leads. */
export const describeKubeconfig = (
  text: string,
): { readonly server: string | undefined; readonly context: string | undefined } => {
  const document = mapping(parse(text));
  const named = (entries: unknown, name: unknown): Unknowns =>
    mapping((Array.isArray(entries) ? entries : []).filter(isMapping).find((entry) => entry.name === name));
  const context = document['current-context'];
  const { cluster } = mapping(named(document.contexts, context).context);
  const { server } = mapping(named(document.clusters, cluster).cluster);
  return {
    server: typeof server === 'string' ? redact(server) : undefined,
    context: typeof context === 'string' ? context : undefined,
  };
};

const embedFiles = (fields: Unknowns, directory: string): Unknowns =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const embedded = fileFields[name];
      if (embedded === undefined || typeof value !== 'string') return [name, value];
      const content = readReferred(path.resolve(directory, value));
      return [embedded, embedded === 'token' ? content.toString().trim() : content.toString('base64')];
    }),
  );

const readReferred = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new TagboatError(
      'cluster-kubeconfig-invalid',
      `${file}, which KUBECONFIG refers to, cannot be read`,
      {
        cause,
      },
    );
  }
};
