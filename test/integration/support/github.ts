import { randomUUID } from 'node:crypto';
import { githubSignature } from '../../contract/senders.ts';

/** The `push` webhook of a new tag, as far as it is read. */
export const tagPayload = (tag: string, fullName: string) => ({
  ref: `refs/tags/${tag}`,
  before: '0'.repeat(40),
  after: 'a'.repeat(40),
  created: true,
  deleted: false,
  head_commit: { id: 'a'.repeat(40) },
  repository: { full_name: fullName, html_url: `https://github.com/${fullName}` },
  sender: { login: 'octocat' },
});

/** Sends a webhook as GitHub does, signed with that secret. */
export const postHook = (
  origin: string,
  secret: string,
  payload: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return fetch(`${origin}/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': githubSignature(body, secret),
      ...headers,
    },
    body,
  });
};
