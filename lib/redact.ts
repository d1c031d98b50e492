/** What must never reach a message, a log line or a commit, and how it looks. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // user:password@ in a URL
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@'],
  // Authorization headers and bearer tokens
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 ***'],
  // Tokens with a well-known prefix: GitHub, GitLab, Slack, AWS access keys, JSON Web Tokens
  [/\b(gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-)[\w-]{6,}/g, '$1***'],
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, '$1***'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  // name=value and "name": "value" where the name says secret
  [/\b([\w-]*(?:password|passwd|secret|token|api[_-]?key)["']?\s*[:=]\s*["']?)[^\s"',;&]{3,}/gi, '$1***'],
  // Slack response and webhook URLs are credentials themselves
  [/(https:\/\/hooks\.slack\.com\/)[^\s"'<>]+/gi, '$1***'],
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    '*** private key ***',
  ],
];

/** Masks credentials in a text that somebody will read. Cheap enough for every message and every log line. */
export const redact = (text: string): string =>
  patterns.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
