import type { Parsed } from '../../../lib/event.ts';
import type { RawRequest } from '../../../lib/http.ts';
import { distribution } from '../../../lib/sources/distribution.ts';
import { dockerhub } from '../../../lib/sources/dockerhub.ts';
import { github } from '../../../lib/sources/github.ts';

const json = (body: unknown, headers: Record<string, string> = {}): RawRequest => ({
  method: 'POST',
  path: '/',
  query: {},
  headers,
  body: Buffer.from(JSON.stringify(body)),
});

/** Webhooks for `example/app` as its sources send them, and as they are read. */
export const hooksOfApp = {
  github: (tag: string, delivery = 'gh-1'): Parsed =>
    github.parse(
      json(
        {
          ref: `refs/tags/${tag}`,
          before: '0'.repeat(40),
          after: '1'.repeat(40),
          created: true,
          deleted: false,
          head_commit: { id: '1'.repeat(40) },
          repository: { full_name: 'example/app', html_url: 'https://github.com/example/app' },
          sender: { login: 'octocat' },
        },
        { 'x-github-event': 'push', 'x-github-delivery': delivery },
      ),
      {},
    ),
  dockerhub: (tag: string, pushedAt = 1_700_000_000): Parsed =>
    dockerhub.parse(
      json({
        push_data: { tag, pushed_at: pushedAt, pusher: 'somebody' },
        repository: { repo_name: 'example/app' },
      }),
      {},
    ),
  /** @param digest what the notification says, if anything */
  distribution: (tag: string, digest?: string, id = 'event-1'): Parsed =>
    distribution.parse(
      json({
        events: [{ id, action: 'push', target: { repository: 'example/app', tag, digest }, actor: {} }],
      }),
      { host: 'docker.io' },
    ),
};
