/** True where a URL lies under a base: the same origin, and a path that begins with the base's. */
export const isUnder = (text: string, base: string): boolean => {
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
export const slackResponseBase = 'https://hooks.slack.com/';
