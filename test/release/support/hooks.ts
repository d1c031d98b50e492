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

type GitTag = {
  readonly tag: string;
  readonly event?: 'push' | 'create' | 'release';
  /** Of the commit, as 40 times a digit. */
  readonly commit?: string;
  /** The same of the commit that the tag was on before, where it was moved by force. */
  readonly before?: string;
  /** What an annotated tag is: an object of its own. */
  readonly object?: string;
  readonly delivery?: string;
};

const idOf = (digit: string): string => digit.repeat(40);
const ofRepository = {
  repository: { full_name: 'example/app', html_url: 'https://github.com/example/app' },
  sender: { login: 'octocat' },
};

/** What GitHub sends about a tag: up to three events, of which only `push` says the commit. */
const gitTag = ({
  tag,
  event = 'push',
  commit = '1',
  before,
  object = commit,
  delivery = 'gh-1',
}: GitTag): Parsed => {
  const bodies = {
    push: {
      ref: `refs/tags/${tag}`,
      before: idOf(before ?? '0'),
      after: idOf(object),
      created: before === undefined,
      deleted: false,
      head_commit: { id: idOf(commit) },
    },
    create: { ref: tag, ref_type: 'tag', master_branch: 'main', description: null, pusher_type: 'user' },
    release: { action: 'published', release: { tag_name: tag, node_id: 'RE_kwDOBK' } },
  };
  return github.parse(
    json({ ...bodies[event], ...ofRepository }, { 'x-github-event': event, 'x-github-delivery': delivery }),
    {},
  );
};

/** Webhooks for `example/app` as its sources send them, and as they are read. */
export const hooksOfApp = {
  github: (tag: string, delivery = 'gh-1'): Parsed => gitTag({ tag, delivery }),
  gitTag,
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
