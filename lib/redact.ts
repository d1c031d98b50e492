/** The end of names like `DB_PASSWORD` and `aws_secret_access_key`, and what stands between them and their value. */
const secretName =
  '(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|signature)(?:\\\\?["\'])?\\s*[:=]\\s*';

/** A message that says what is wrong with a secret is none: `failed to fetch oauth token: unexpected status`. */
const isNoSecret = '(?!(?:unexpected|missing|required|invalid|expired|denied|not)\\b|[45]\\d\\d [a-z])';

/** What must never reach a message, a log line or a commit, and how it looks. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // Private keys; also the end of one whose beginning was cut off
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    '*** private key ***',
  ],
  [
    /(^|\n)(?:[A-Za-z0-9+/=]{16,}\s*\n)*[A-Za-z0-9+/=]*\s*-----END [A-Z ]*PRIVATE KEY-----/g,
    '$1*** private key ***',
  ],
  // user:password@ in a URL; a password may hold an @
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]+@/gi, '$1***@'],
  // Authorization headers and bearer tokens
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 ***'],
  // Tokens with a well-known prefix: GitHub, GitLab, Slack, npm, Stripe, Google, AWS access keys, JSON Web Tokens
  [/\b(gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|npm_|[rs]k_live_|AIza)[\w-]{6,}/g, '$1***'],
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, '$1***'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  // name=value and "name": "value" where the name says secret; what is in quotes up to their end
  [new RegExp(`(${secretName})(\\\\?["'])(?:(?!\\2)[^\\n]){3,}`, 'gi'), '$1$2***'],
  [
    new RegExp(`(${secretName}(?:\\\\?["'])?)${isNoSecret}(?:[^\\s"',;&\\\\]|\\\\(?!["'])){3,}`, 'gi'),
    '$1***',
  ],
  // --password value
  [/(--(?:password|passwd|token|secret|api-key)\s+)[^\s"',;&-][^\s"',;&]{2,}/gi, '$1***'],
  // Slack response and webhook URLs are credentials themselves
  [/(https:\/\/hooks\.slack\.com\/)[^\s"'<>]+/gi, '$1***'],
];

/** Masks credentials in a text that somebody will read. Cheap enough for every message and every log line. */
export const redact = (text: string): string =>
  patterns.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
