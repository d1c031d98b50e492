import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { serve } from '../local/serve.ts';

type Attempt = {
  /** As a number of 64 bits is written: GitHub's ids are longer than a number of JavaScript is exact. */
  readonly id: bigint;
  readonly guid: string;
  readonly deliveredAt: number;
  readonly statusCode: number | null;
  readonly redelivery: boolean;
};

type Request = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

type HookOptions = { readonly url?: string; readonly active?: boolean };

/** What GitHub answers in the place of what was asked for. */
type Trouble = (response: ServerResponse) => void;

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Trouble =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end('{"message":"no"}');
  };

const json = (response: ServerResponse, status: number, text: string, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(text);
};

const failedToConnect = 502;

/**
 * The part of GitHub's API that knows about the deliveries of webhooks, over real HTTP: pages by cursor, ids of 64 bits, and
 * redeliveries that are made after they were answered, with the event and the guid of the first.
 * https://docs.github.com/en/rest/repos/webhooks
 */
export const startGithubApi = async (options: {
  readonly clock: Pick<Clock, 'now'>;
  readonly token: string;
  readonly perPage?: number;
}) => {
  const { clock, token } = options;
  const hooks = new Map<string, { readonly id: number; attempts: Attempt[] } & Required<HookOptions>>();
  const events = new Map<string, Request>();
  const asked: string[] = [];
  const troubles = new Map<string, Trouble>();
  let lastId = 2n ** 60n + 1n;
  let redelivering: Promise<unknown> = Promise.resolve();

  const attempt = (
    hook: { attempts: Attempt[] },
    guid: string,
    statusCode: number | null,
    at = clock.now(),
  ) => {
    lastId += 1n;
    const redelivery = hook.attempts.some((one) => one.guid === guid);
    hook.attempts.unshift({ id: lastId, guid, statusCode, deliveredAt: at, redelivery });
  };
  const send = async (url: string, guid: string): Promise<number> => {
    const event = events.get(guid);
    if (event === undefined) return failedToConnect;
    return fetch(url, { method: 'POST', ...event }).then(
      ({ status }) => status,
      () => failedToConnect,
    );
  };
  const hookAt = (path: string) => {
    const found = hooks.get(path);
    if (found === undefined) throw new Error(`no hook at ${path}`);
    return found;
  };

  const listed = (found: readonly { id: number; url: string; active: boolean }[]) =>
    JSON.stringify(found.map(({ id, url, active }) => ({ id, active, type: 'Repository', config: { url } })));
  const written = ({ id, ...one }: Attempt): string =>
    `{"id": ${id}, "guid": ${JSON.stringify(one.guid)}, "redelivery": ${one.redelivery}, "status_code": ${one.statusCode}, ` +
    `"delivered_at": ${JSON.stringify(new Date(one.deliveredAt).toISOString())}, "event": "push", "throttled_at": null}`;

  const deliveries = (path: string, url: URL, response: ServerResponse): void => {
    const { attempts } = hookAt(path);
    const start = Number(url.searchParams.get('cursor')?.replace('v1_', '') ?? 0);
    const size = Math.min(options.perPage ?? 100, Number(url.searchParams.get('per_page') ?? 30));
    const page = attempts.slice(start, start + size);
    const next = `<${url.origin}/repositories/1/hooks/1/deliveries?per_page=${size}&cursor=v1_${start + size}>; rel="next"`;
    const link = start + size < attempts.length ? { link: next } : {};
    json(response, 200, `[${page.map(written).join(', ')}]`, link);
  };

  const again = (path: string, { guid }: Attempt): void => {
    const hook = hookAt(path);
    redelivering = redelivering.then(async () => attempt(hook, guid, await send(hook.url, guid)));
  };
  const route = (method: string, url: URL, response: ServerResponse): void => {
    const [, owner = '', id, rest = ''] =
      /^(\/(?:repos\/[^/]+\/[^/]+|orgs\/[^/]+)\/hooks)(?:\/(\d+)(\/.*))?$/.exec(url.pathname) ?? [];
    const path = `${owner}/${id}`;
    const here = [...hooks].filter(([known]) => known.startsWith(`${owner}/`)).map(([, hook]) => hook);
    const [, wanted] = /^\/deliveries\/(\d+)\/attempts$/.exec(rest) ?? [];
    const found = hooks.get(path)?.attempts.find((one) => String(one.id) === wanted);
    if (here.length > 0 && id === undefined) json(response, 200, listed(here));
    else if (hooks.has(path) && rest === '/deliveries') deliveries(path, url, response);
    else if (method === 'POST' && found !== undefined) {
      json(response, 202, '{}');
      again(path, found);
    } else json(response, 404, '{"message":"Not Found"}');
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    asked.push(`${request.method} ${url.pathname}`);
    const trouble = [...troubles].find(([prefix]) => url.pathname.startsWith(prefix))?.[1];
    if (trouble !== undefined) trouble(response);
    else if (request.headers.authorization !== `Bearer ${token}`)
      json(response, 401, '{"message":"Bad credentials"}');
    else route(request.method ?? 'GET', url, response);
  };

  return {
    url: await serve(handle),
    /** @param path `/repos/octocat/hello-world/hooks/1`, in lower case */
    addHook: (
      path: string,
      { url = 'https://tagboat.example.com/webhooks/github', active = true }: HookOptions = {},
    ) => {
      hooks.set(path, { id: Number(path.split('/').at(-1)), url, active, attempts: [] });
    },
    /** An attempt that was made some time ago, with what came of it. */
    addAttempt: (path: string, guid: string, statusCode: number | null, at?: number) =>
      attempt(hookAt(path), guid, statusCode, at),
    /** Something happens, and is delivered. @returns what the receiver answered */
    deliver: async (path: string, guid: string, event: Request): Promise<number> => {
      events.set(guid, event);
      const hook = hookAt(path);
      const status = await send(hook.url, guid);
      attempt(hook, guid, status);
      return status;
    },
    /** Resolves when everything that was asked for is delivered again. */
    redelivered: () => redelivering,
    /** What was answered to the attempts for an event, the newest first. */
    attemptsFor: (path: string, guid: string) =>
      hookAt(path)
        .attempts.filter((one) => one.guid === guid)
        .map(({ statusCode }) => statusCode),
    /** Requests, in their order. */
    asked,
    /** The guids that are to be delivered again, by their requests. */
    wanted: (): readonly string[] =>
      asked.flatMap((line) => {
        const id = /\/deliveries\/(\d+)\/attempts$/.exec(line)?.[1];
        const all = [...hooks.values()].flatMap(({ attempts }) => attempts);
        return id === undefined ? [] : [all.find((one) => String(one.id) === id)?.guid ?? `unknown ${id}`];
      }),
    /** From now on requests below this path are answered so; not any more without an answer. */
    trouble: (prefix: string, answer?: Trouble) => {
      if (answer === undefined) troubles.delete(prefix);
      else troubles.set(prefix, answer);
    },
  };
};
