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

/**
 * Where every `response_url` of Slack's lies. GovSlack is a Slack of its own for the US government, on hosts of its own; a
 * request that Slack signed may name either.
 * https://docs.slack.dev/govslack
 */
const responseBases = ['https://hooks.slack.com/', 'https://hooks.slack-gov.com/'];

/** Of a length that leaves room for everything else in a message of SQS. */
const printable = /^[\x21-\x7e]{1,2000}$/;

/** True where a `response_url` may be called. @param allowedBase the local stack's Slack */
export const isSlackUrl = (text: string, allowedBase?: string | undefined): boolean =>
  printable.test(text) &&
  [...responseBases, ...(allowedBase === undefined ? [] : [allowedBase])].some((base) => isUnder(text, base));

/** Where the Web API is. @param gov whether the workspace is one of GovSlack */
export const slackApi = (gov: boolean): string => `https://${gov ? 'slack-gov.com' : 'slack.com'}/api`;
