/** True where a URL lies under a base: the same origin, and a path that begins with the base's. */
const isUnder = (text: string, base: string): boolean => {
  if (!URL.canParse(text) || !URL.canParse(base)) return false;
  const url = new URL(text);
  const root = new URL(base.replace(/\/*$/, '/'));
  return (
    url.origin === root.origin &&
    url.username === '' &&
    url.password === '' &&
    url.pathname.startsWith(root.pathname)
  );
};

/** Where every `response_url` of Slack's lies. */
const slackResponseBase = 'https://hooks.slack.com/';

/** True where a `response_url` may be called. @param allowedBase the local stack's Slack */
export const isSlackUrl = (text: string, allowedBase?: string | undefined): boolean =>
  isUnder(text, slackResponseBase) || (allowedBase !== undefined && isUnder(text, allowedBase));
