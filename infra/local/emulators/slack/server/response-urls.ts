/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const mostPosts = 5;
const lifeMs = 30 * 60 * 1000;

export type ResponseUrls = {
  /** Counts a post. @returns what Slack says of one too many, or too late */
  use(id: string): 'ok' | 'used_url' | 'expired_url';
  /** The time begins, where it has not yet. */
  open(id: string): void;
};

/**
 * Counts the posts to response URLs. A command comes with one before this stand-in hears of it, so its half hour begins with
 * what is heard first: the acknowledgement, or a post.
 */
export const createResponseUrls = (now: () => number): ResponseUrls => {
  const urls = new Map<string, { readonly since: number; readonly posts: number }>();
  const find = (id: string) => urls.get(id) ?? { since: now(), posts: 0 };
  return {
    open: (id) => void urls.set(id, find(id)),
    use: (id) => {
      const url = find(id);
      if (now() - url.since > lifeMs) return 'expired_url';
      if (url.posts >= mostPosts) return 'used_url';
      urls.set(id, { ...url, posts: url.posts + 1 });
      return 'ok';
    },
  };
};
