import { TagboatError } from '../errors.ts';

const redirects = new Set([301, 302, 307, 308]);

const refused = (from: URL, to: string, why: string): TagboatError =>
  new TagboatError(
    'git-not-found',
    `${from.host} redirects to ${to}, ${why}; if that is right, make it the url of the config repo`,
  );

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

/** The same port, or from the standard port of HTTP to that of HTTPS. */
const samePort = (from: URL, to: URL): boolean =>
  portOf(from) === portOf(to) || (portOf(from) === '80' && portOf(to) === '443');

/**
 * Where a redirect leads, or undefined where the status is none. Credentials go along, so it never leaves the host, and never
 * goes from HTTPS to HTTP. The path's end has to stay, or it is a login page rather than the repository under a new name.
 * @param suffix what the path ends in: `/info/refs`, `/git-upload-pack`
 * @throws TagboatError `git-not-found` for a redirect that is not followed
 */
export const followRedirect = (
  from: URL,
  answer: { readonly status: number; readonly location: string | undefined },
  suffix: string,
): URL | undefined => {
  if (!redirects.has(answer.status)) return undefined;
  if (answer.location === undefined || !URL.canParse(answer.location, from.href))
    throw refused(from, 'nowhere', 'its Location header is not a URL');
  const to = new URL(answer.location, from);
  const shown = `${to.protocol}//${to.host}${to.pathname}`;
  if (to.hostname !== from.hostname || !samePort(from, to))
    throw refused(from, shown, 'which is another host');
  if (to.protocol !== from.protocol && to.protocol !== 'https:')
    throw refused(from, shown, 'which is not encrypted');
  if (!to.pathname.endsWith(suffix)) throw refused(from, shown, 'which is not a Git repository');
  to.username = '';
  to.password = '';
  to.search = from.search;
  return to;
};
