import { safeText } from '../safe-text.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text for mrkdwn, in which it means itself: no link, no mention, no `<!channel>`. Credentials are masked, and what would
 * be longer than `limit` characters after escaping ends in `…`.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export const escapeMrkdwn = (text: string, limit = 3000): string => {
  let escaped = '';
  for (const character of safeText(text)) {
    const next = entities[character] ?? character;
    if (escaped.length + next.length > limit - 1) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
};

/** Lines in a code block, of at most `limit` characters altogether; a fence among them cannot end the block. */
export const codeBlock = (lines: readonly string[], limit = 2900): string =>
  `\`\`\`\n${escapeMrkdwn(lines.join('\n').replaceAll('```', "'''"), limit - 8)}\n\`\`\``;

/** A short name in backticks. */
export const code = (text: string): string => `\`${escapeMrkdwn(text.replaceAll('`', "'"), 200)}\``;

/** A longer one would leave no room for the rest of the message. */
const maxUrlLength = 1000;

/** A link, or the text alone where the URL is not one of the web. */
export const link = (url: string, text: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  const address = parsed?.href
    .replaceAll('|', '%7C')
    .replaceAll('<', '%3C')
    .replaceAll('>', '%3E')
    .replaceAll('&', '&amp;');
  if (address === undefined || !isWeb || parsed?.username !== '' || address.length > maxUrlLength)
    return escapeMrkdwn(text, 200);
  return `<${address}|${escapeMrkdwn(text.replaceAll('|', '/'), 200)}>`;
};
