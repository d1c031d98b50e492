import { TagboatError } from '../errors.ts';
import type { GitCredentials } from './transport.ts';

type Location = {
  /** Without credentials, query, and slash at the end. */
  readonly base: string;
  readonly credentials: GitCredentials | undefined;
};

/** Percent-decoding that leaves alone what is none. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * Where a repository is. Credentials in the URL count where none are given beside it.
 * @throws TagboatError `git-unsupported` for anything but HTTP and HTTPS
 */
export const locate = (url: string, credentials: GitCredentials | undefined): Location => {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:'))
    throw new TagboatError('git-unsupported', `"${url}" is not the URL of a repository over HTTPS`);
  const inUrl =
    parsed.username === '' && parsed.password === ''
      ? undefined
      : { username: decode(parsed.username), password: decode(parsed.password) };
  return {
    base: `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`,
    credentials: credentials ?? inUrl,
  };
};
