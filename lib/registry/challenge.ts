/** One challenge of a `WWW-Authenticate` header: its scheme and parameter names in lower case. */
export type Challenge = { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> };

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameterPattern = new RegExp(
  `\\s*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))\\s*(?:,|$)`,
  'y',
);
const schemePattern = new RegExp(`[\\s,]*(${token})(?:\\s+|,|$)`, 'y');
const token68Pattern = /[A-Za-z0-9._~+/-]+=*\s*(?:,|$)/y;

/**
 * Parses `WWW-Authenticate`, which may hold several challenges, and commas within quotes:
 * `Bearer realm="https://auth.docker.io/token",service="…",scope="repository:team/app:pull,push"`.
 * What follows the first thing that is not of the grammar is left out. RFC 9110, section 11.
 */
export const parseChallenges = (header: string): readonly Challenge[] => {
  const challenges: Challenge[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(header);
    if (found !== null) position = pattern.lastIndex;
    return found;
  };
  while (position < header.length) {
    const scheme = match(schemePattern)?.[1];
    if (scheme === undefined) break;
    const parameters = new Map<string, string>();
    for (let found = match(parameterPattern); found !== null; found = match(parameterPattern)) {
      const [, name = '', quoted, plain = ''] = found;
      parameters.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
    }
    if (parameters.size === 0) match(token68Pattern);
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return challenges;
};
