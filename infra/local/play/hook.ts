import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Stack } from '../stack/types.ts';

type Hook = {
  readonly url: string;
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
): Hook => {
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

/** The same as a command for a shell; the body is quoted, never interpreted. */
export const toCurl = ({ url, headers, body }: Hook): string =>
  [
    `curl -sS ${url}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-raw ${quote(body)}`,
  ].join(' \\\n    ');

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
