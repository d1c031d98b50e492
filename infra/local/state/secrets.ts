import { randomBytes } from 'node:crypto';
import { assertAccess, readJson, type StateDirectory, writePrivately } from './directory.ts';

/** The local Git server asks for this user; GitHub takes any name beside a token, and this is the usual one. */
export const gitUser = 'x-access-token';

/** Where the password of the local Git server is found by `configRepos` that the stack serves itself. */
export const gitPasswordVariable = 'TAGBOAT_DEMO_GIT_PASSWORD';

/** The local registry takes pushes of this user, with the password of that variable. */
export const registryUser = 'tagboat';
export const registryPasswordVariable = 'TAGBOAT_DEMO_REGISTRY_PASSWORD';

/** The embedded AWS services take only what is signed with these. */
export const awsKeyVariables = {
  id: 'TAGBOAT_DEMO_AWS_ACCESS_KEY_ID',
  secret: 'TAGBOAT_DEMO_AWS_SECRET_ACCESS_KEY',
} as const;

const variableReference = /\benv:(TAGBOAT_DEMO_[A-Z_]+)/g;

/**
 * The secrets of the local stack, made once and kept in the state directory: one for every `env:TAGBOAT_DEMO_…` that the
 * text of the example's tagboat.yml refers to, and what the embedded servers ask for.
 * @returns values by the name of the environment variable
 */
export const demoSecrets = (state: StateDirectory, text: string): Readonly<Record<string, string>> => {
  const file = state.file('secrets.json');
  assertAccess(file);
  const known = readJson(file);
  const names = [
    gitPasswordVariable,
    'TAGBOAT_DEMO_CLUSTER_TOKEN',
    registryPasswordVariable,
    ...Object.values(awsKeyVariables),
  ];
  for (const [, name = ''] of text.matchAll(variableReference)) names.push(name);
  const values = Object.fromEntries(
    [...new Set(names)].map((name) => {
      const value = known[name];
      return [name, typeof value === 'string' ? value : randomBytes(18).toString('base64url')];
    }),
  );
  const all = { ...known, ...values };
  if (JSON.stringify(all) !== JSON.stringify(known))
    writePrivately(file, `${JSON.stringify(all, null, 2)}\n`);
  return values;
};
