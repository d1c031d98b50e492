/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const mostPosts = 5;
const lifeMs = 30 * 60 * 1000;

/**
 * Counts the posts to response URLs. A command comes with one before this stand-in hears of it, so its half hour begins with
 * what is heard first: the acknowledgement, or a post.
 */
export const createResponseUrls = (now: () => number) => {
  const urls = new Map<string, { readonly since: number; readonly posts: number }>();
  const find = (id: string) => urls.get(id) ?? { since: now(), posts: 0 };
  return {
    /** The time begins, where it has not yet. */
    open: (id: string): void => void urls.set(id, find(id)),
    /** Counts a post. @returns what Slack says of one too many, or too late */
    use: (id: string): 'ok' | 'used_url' | 'expired_url' => {
      const url = find(id);
      if (now() - url.since > lifeMs) return 'expired_url';
      if (url.posts >= mostPosts) return 'used_url';
      urls.set(id, { ...url, posts: url.posts + 1 });
      return 'ok';
    },
  };
};
