import { type ErrorCode, TagboatError } from '../../../../../lib/errors.ts';
import { mapping } from '../../../../../lib/mapping.ts';
import type { ApiRelease } from '../../../../../lib/release/api/view.ts';
import type { SlackMessage } from '../server/server.ts';

const getJson = async (
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> => {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${origin}${path}`, { headers });
    body = await response.json();
  } catch (cause) {
    throw new TagboatError('local-stack-missing', `the local stack at ${origin} does not answer any more`, {
      cause,
    });
  }
  if (response.ok) return body;
  const code: ErrorCode = response.status === 401 ? 'unauthorized' : 'local-stack-missing';
  throw new TagboatError(code, `GET ${path} of ${origin} answered ${response.status}`);
};

/** The state directory of the stack at an address, where there is one that answers. */
export const stateOf = async (origin: string): Promise<string | undefined> => {
  try {
    const { state } = mapping(await getJson(origin, '/healthz'));
    return typeof state === 'string' ? state : undefined;
  } catch (error) {
    if (error instanceof TagboatError) return undefined;
    throw error;
  }
};

/**
 * What the stack's Slack holds, newest first.
 * @throws TagboatError `local-stack-missing`
 */
export const readMessages = async (origin: string): Promise<readonly SlackMessage[]> =>
  ((await getJson(origin, '/local/slack')) as { readonly messages: readonly SlackMessage[] }).messages;

/**
 * Ways to read releases as anybody may, with the token of `GET /releases` where it asks for one.
 * @throws TagboatError `local-stack-missing`, `unauthorized`
 */
export const createReleaseReader = (origin: string, token: string | undefined) => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    read: async (id: string) => (await getJson(origin, `/releases/${id}`, headers)) as ApiRelease,
    /** Newest first. */
    list: async (app: string, environment: string): Promise<readonly ApiRelease[]> => {
      const query = new URLSearchParams({ app, environment, limit: '50' });
      const body = await getJson(origin, `/releases?${query}`, headers);
      return (body as { readonly releases: readonly ApiRelease[] }).releases;
    },
  };
};
