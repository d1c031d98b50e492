import { parse } from 'yaml';
import { TagboatError } from '../../errors.ts';
import { isMapping, type Unknowns } from '../../mapping.ts';

/** The one context of a kubeconfig that is used, checked: nothing in it runs a program or reads a file. */
type Kubeconfig = {
  /** A kubeconfig of one cluster, one user and one context, as JSON. */
  readonly text: string;
  readonly server: string;
  readonly proxied: boolean;
};

const invalid = (message: string): TagboatError =>
  new TagboatError('cluster-kubeconfig-invalid', `kubeconfig: ${message}`);

/** What a kubeconfig may say that a function must not do, and what to say instead. */
const refusedUserFields: Readonly<Record<string, string>> = {
  exec: 'exec plugins are not run; embed a token or a client certificate',
  'auth-provider': 'auth-provider plugins are not run; embed a token or a client certificate',
  'client-certificate': 'files are not read; embed it as client-certificate-data',
  'client-key': 'files are not read; embed it as client-key-data',
  tokenFile: 'files are not read; embed it as token',
  'token-file': 'files are not read; embed it as token',
  'as-groups': 'only `as` is supported for impersonation',
  'as-uid': 'only `as` is supported for impersonation',
  'as-user-extra': 'only `as` is supported for impersonation',
};

const textField = (fields: Unknowns, key: string, where: string): string | undefined => {
  const value = fields[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`${where}.${key} is not text`);
  return value;
};

/** The entry of that name in `clusters`, `users` or `contexts`. */
const entry = (root: Unknowns, list: string, key: string, name: string): Unknowns => {
  const entries = root[list];
  const found = Array.isArray(entries)
    ? entries.find((candidate: unknown) => isMapping(candidate) && candidate.name === name)
    : undefined;
  const value: unknown = isMapping(found) ? found[key] : undefined;
  if (!isMapping(value)) throw invalid(`${list} has no usable entry named "${name}"`);
  return value;
};

const present = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const checkServer = (cluster: Unknowns, where: string): string => {
  const server = textField(cluster, 'server', where);
  const url = server === undefined ? null : URL.parse(server);
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    throw invalid(`${where}.server is not an http(s) URL`);
  if (url.username !== '' || url.password !== '') throw invalid(`${where}.server carries credentials`);
  if (url.protocol === 'http:' && cluster['insecure-skip-tls-verify'] !== true)
    throw invalid(
      `${where}.server is http: and would send credentials in clear; only with insecure-skip-tls-verify: true`,
    );
  return url.href.replace(/\/$/, '');
};

/**
 * Takes out of a kubeconfig the context that is to be used, and refuses whatever would run a program or read a file:
 * the text comes from a person, and functions do neither. Other contexts of the file may hold such things; they are
 * left out.
 * @throws TagboatError `cluster-kubeconfig-invalid`; the message names the field and never its value
 */
export const readKubeconfig = (text: string, contextName?: string): Kubeconfig => {
  let root: unknown;
  try {
    root = parse(text, { logLevel: 'error' });
  } catch {
    // The parser's message quotes the source, which holds credentials.
    throw invalid('is not YAML');
  }
  if (!isMapping(root)) throw invalid('is empty or not a mapping');
  const name = contextName ?? textField(root, 'current-context', 'kubeconfig');
  if (name === undefined) throw invalid('has no current-context, and tagboat.yml names none');
  const context = entry(root, 'contexts', 'context', name);
  const clusterName = textField(context, 'cluster', `contexts.${name}`);
  if (clusterName === undefined) throw invalid(`contexts.${name} names no cluster`);
  const cluster = entry(root, 'clusters', 'cluster', clusterName);
  const server = checkServer(cluster, `clusters.${clusterName}`);
  if (present(cluster['certificate-authority']))
    throw invalid(
      `clusters.${clusterName}.certificate-authority: files are not read; embed it as certificate-authority-data`,
    );
  const userName = textField(context, 'user', `contexts.${name}`);
  const user = userName === undefined ? {} : entry(root, 'users', 'user', userName);
  for (const [field, why] of Object.entries(refusedUserFields))
    if (present(user[field])) throw invalid(`users.${userName}.${field}: ${why}`);
  for (const field of ['token', 'username', 'password', 'client-certificate-data', 'client-key-data'])
    textField(user, field, `users.${userName}`);
  return {
    text: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'cluster', cluster: { ...cluster, server } }],
      users: [{ name: 'user', user }],
      contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
      'current-context': 'context',
    }),
    server,
    proxied: textField(cluster, 'proxy-url', `clusters.${clusterName}`) !== undefined,
  };
};
