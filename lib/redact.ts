/** The end of names like `DB_PASSWORD` and `aws_secret_access_key`. A bare `pass` counts tests, and `PWD` is a folder. */
const secretWord =
  '(?:password|passwd|passphrase|[_-]pass|(?:[_-]|;\\s?)pwd|secret|token|signature|secret[_-]?key[_-]?base|(?:api|access|account|private|secret|encryption|signing|master|auth|jwt|hmac)[_-]?key)';

/** The name with what stands between it and its value. A value on the next line is none: a message ended with a colon. */
const secretName = `${secretWord}(?:\\\\?["'])?[ \\t]*(?:=>|[:=])[ \\t]*`;

/** A message that says what is wrong with a secret is none: `failed to fetch oauth token: unexpected status`. */
const isNoSecret =
  '(?!(?:unexpected|missing|required|invalid|expired|denied|not|null|nil|none|undefined|empty|true|false|is|was|has|must|cannot|could|should|signature|malformed|unauthorized|unknown|unable|failed|<nil>|<none>)(?:[\\s.,:;!)\\]}&"\']|$)|[45]\\d\\d [a-z])';

/** `basic authentication failed` and `Bearer realm="https://…"` are no credentials. */
const isNoCredential =
  '(?!(?:auth(?:[a-z]*)|credentials?|tokens?|realm|scheme|access|challenge|configuration|config|settings?|information|validation|checks?|version|example)\\b)';

/** As `DB_PASSWORD`, where the value is in a field of its own: of an environment in a manifest, or as Go prints it. */
const secretField =
  '\\bname\\\\?["\']?[ \\t]*[:=][ \\t]*\\\\?["\']?[\\w.-]{0,60}(?:pass|pwd|secret|token|credential|_key)[\\w.-]{0,60}\\\\?["\']?,?\\s{0,40}(?:\\\\?["\'])?value(?:\\\\?["\'])?[ \\t]*[:=][ \\t]*';

const maskedKey = '*** private key ***';

const privateKey =
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g;

const keyLine = /^[A-Za-z0-9+/=]{16,}$/;
const lastKeyLine = /^[A-Za-z0-9+/=]+$/;
const endOfKey = /^([A-Za-z0-9+/=]*)\s*-----END [A-Z ]*PRIVATE KEY-----/;

/**
 * Masks the end of a private key whose beginning was cut off: back from its last line to the first that looks like a
 * key's, so that no line is looked at twice. Blank lines may stand between.
 */
const withoutKeyEnds = (text: string): string => {
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    const end = endOfKey.exec(line);
    if (end !== null) kept.length = startOfKey(kept, end[1] === '');
    kept.push(end === null ? line : maskedKey + line.slice(end[0].length));
  }
  return kept.join('\n');
};

/** @param mayBeShort whether the last line of the key is among them, and not before its end in the same line */
const startOfKey = (lines: readonly string[], mayBeShort: boolean): number => {
  let start = lines.length;
  let pattern = mayBeShort ? lastKeyLine : keyLine;
  for (let at = start - 1; at >= 0; at -= 1) {
    const line = lines[at]?.trimEnd() ?? '';
    if (line === '') continue;
    if (!pattern.test(line)) break;
    start = at;
    pattern = keyLine;
  }
  return start;
};

/** What must never reach a message, a log line or a commit, and how it looks. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // PEM in base64, as in a kubeconfig and in Secrets
  [/\bLS0tLS1CRUdJTi[\w+/=]+/g, '***'],
  // user:password@ in a URL; a password may hold an @
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]+@/gi, '$1***@'],
  // and what it must not hold unescaped, which is why it is in an error message; a port is no password
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>:@[]{0,100}:(?!\d{1,5}[/?#])[^\s"'<>@]{1,200}@/gi, '$1***@'],
  // Authorization headers and bearer tokens
  [new RegExp(`\\b(bearer|basic)\\s+${isNoCredential}[\\w.~+/=-]{6,}`, 'gi'), '$1 ***'],
  [
    /(\bauthorization\\?["']?[ \t]*[:=][ \t]*\\?["']?(?:token|api-?key|digest|negotiate|ntlm|hawk|key|sharedkey|aws4-hmac-sha256)[ \t]+)[^\r\n]{6,}/gi,
    '$1***',
  ],
  [/(\b(?:set-)?cookie\\?["']?[ \t]*[:=][ \t]*\\?["']?)[^\s;=]{1,100}=[^\r\n"']+/gi, '$1***'],
  // The credentials of a registry, in a .dockerconfigjson
  [/(\\?"auth\\?"[ \t]*:[ \t]*\\?")[\w+/=]{6,}/g, '$1***'],
  // Tokens with a well-known prefix: GitHub, GitLab, Slack, Stripe, Google, Docker, Vault, Shopify, DigitalOcean, PyPI
  [
    /\b(gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt)-|xox[abeoprs]-|xapp-|[rs]k_(?:live|test)_|whsec_|AIza|ya29\.|dckr_[po]at_|hv[sbr]\.|shp(?:at|ss|ca|pa)_|dop_v1_|pypi-AgE|AGE-SECRET-KEY-)[\w.-]{6,}/g,
    '$1***',
  ],
  // Those whose prefix alone might begin a word: npm, Hugging Face, OpenAI and Anthropic, SendGrid
  [/\b(npm_|hf_)[A-Za-z0-9]{30,}\b/g, '$1***'],
  [/\b(sk-(?:proj-|ant-|svcacct-|or-)?)(?=[\w-]{0,40}\d)[\w-]{20,}/g, '$1***'],
  [/\b(SG\.)[\w-]{16,}\.[\w-]{16,}/g, '$1***'],
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, '$1***'],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  // name=value and "name": "value" where the name says secret; what is in quotes up to their end
  [new RegExp(`(${secretName})(\\\\?["'])(?:(?!\\2)[^\\n]){3,}`, 'gi'), '$1$2***'],
  [
    new RegExp(`(${secretName}(?:\\\\?["'])?)${isNoSecret}(?:[^\\s"',;&\\\\]|\\\\(?!["'])){3,}`, 'gi'),
    '$1***',
  ],
  [new RegExp(`(${secretField})(\\\\?["'])(?:(?!\\2)[^\\n])+`, 'gi'), '$1$2***'],
  [new RegExp(`(${secretField})[^\\s"',;&{}\\\\]{3,}`, 'gi'), '$1***'],
  // <password>value</password>
  [/(<[\w:.-]{0,40}(?:password|passwd|secret|token|api-?key)>)[^<]+(?=<)/gi, '$1***'],
  // The signature of a URL of Azure's
  [/([?&]sig=)[^\s&"'<>]{6,}/gi, '$1***'],
  // --password value
  [/(--(?:password|passwd|token|secret|api-key)\s+)[^\s"',;&-][^\s"',;&]{2,}/gi, '$1***'],
  // Slack response and webhook URLs are credentials themselves
  [/(https:\/\/hooks\.slack(?:-gov)?\.com\/)[^\s"'<>]+/gi, '$1***'],
  // So are our own, of senders that sign nothing: /webhooks/dockerhub/<key>
  [/(\/webhooks\/[\w.-]{1,63}\/)[^\s"'<>?#{]+/g, '$1***'],
];

/**
 * Masks credentials in a text that people will read. Cheap enough for every message and every log line: no pattern can begin
 * again within what it has looked through in vain, so that the time grows with the length.
 */
export const redact = (text: string): string =>
  patterns.reduce(
    (masked, [pattern, replacement]) => masked.replace(pattern, replacement),
    withoutKeyEnds(text.replace(privateKey, maskedKey)),
  );
