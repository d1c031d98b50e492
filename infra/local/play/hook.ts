import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { BasicCredentials } from '../runtime/gateway/basic-auth.ts';
import type { Stack } from '../stack/types.ts';

/** A request that a person can send from a shell. */
export type ShellRequest = {
  /** POST where absent. */
  readonly method?: 'PUT';
  readonly url: string;
  readonly credentials?: BasicCredentials;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * The `push` webhook that GitHub sends for a new tag, as far as anybody reads it, signed like it.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
 * @param repository `github.com/devops-with-kubernetes/okeydokey`
 */
export const tagPushHook = (
  stack: Pick<Stack, 'url'>,
  secret: string,
  { repository, tag }: { readonly repository: string; readonly tag: string },
): ShellRequest => {
  const fullName = repository.split('/').slice(1).join('/');
  const revision = createHash('sha1').update(`${repository} ${tag}`).digest('hex');
  const body = JSON.stringify({
    ref: `refs/tags/${tag}`,
    before: '0'.repeat(40),
    after: revision,
    created: true,
    deleted: false,
    forced: false,
    head_commit: { id: revision, message: `Release ${tag}` },
    repository: { full_name: fullName, html_url: `https://${repository}` },
    pusher: { name: 'you' },
    sender: { login: 'you' },
  });
  return {
    url: `${stack.url}/webhooks/github`,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  };
};

/**
 * The webhook that Docker Hub sends for a pushed image, as far as anybody reads it; what proves it is the key in its path.
 * https://docs.docker.com/docker-hub/repos/manage/webhooks/
 * @param image path on Docker Hub: `devopswithkubernetes/okeydokey`
 */
export const dockerHubHook = (
  stack: Pick<Stack, 'url'>,
  key: string,
  { image, tag, now }: { readonly image: string; readonly tag: string; readonly now: number },
): ShellRequest => ({
  url: `${stack.url}/webhooks/dockerhub/${encodeURIComponent(key)}`,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    push_data: { tag, pushed_at: Math.floor(now / 1000), pusher: 'you' },
    repository: { repo_name: image },
  }),
});

/**
 * The notification that CNCF Distribution sends for a pushed image, as far as anybody reads it.
 * https://distribution.github.io/distribution/about/notifications/
 * @param host of the registry, as it stands in image references
 */
export const distributionHook = (
  stack: Pick<Stack, 'url'>,
  secret: string,
  push: { readonly host: string; readonly path: string; readonly tag: string; readonly digest: string },
): ShellRequest => {
  const { host, path, tag, digest } = push;
  const target = { repository: path, tag, digest };
  const event = { id: randomUUID(), action: 'push', target, request: { host }, actor: { name: 'you' } };
  return {
    url: `${stack.url}/webhooks/distribution`,
    headers: {
      'content-type': 'application/vnd.docker.distribution.events.v1+json',
      authorization: `Bearer ${secret}`,
    },
    body: JSON.stringify({ events: [event] }),
  };
};

/** The same as a command for a shell; the body is quoted, never interpreted. */
export const toCurl = ({ method, url, credentials, headers, body }: ShellRequest): string =>
  [
    [
      'curl -sS',
      ...(method === undefined ? [] : [`-X ${method}`]),
      ...(credentials === undefined ? [] : [`-u ${quoteWhereNeeded(userAndPassword(credentials))}`]),
      quoteWhereNeeded(url),
    ].join(' '),
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-raw ${quote(body)}`,
  ].join(' \\\n    ');

/** As curl and skopeo take them. */
export const userAndPassword = ({ username, password }: BasicCredentials): string =>
  `${username}:${password}`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const quoteWhereNeeded = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : quote(text));
