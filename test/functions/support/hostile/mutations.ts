import type { Random } from './random.ts';

/** Characters that mean something to a terminal, a log, a shell, JSON, a form, Unicode or a database. */
export const nastyTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\n',
  '\r\nx-injected: 1',
  '\u001b[31mred\u001b[0m',
  '\u001b]8;;https://example.com\u0007click\u001b]8;;\u0007',
  '\u009b31m',
  '\u0085',
  '\u2028\u2029',
  '\u202egnp.exe',
  '\u200b\ufeff',
  '\ud800',
  'a\uffff',
  'a\udc00b',
  '\u{1f600}'.repeat(50),
  'é'.normalize('NFD').repeat(20),
  '"}{\\',
  '\\u001b',
  '%00%0a%1b',
  '&payload={}&ssl_check=1',
  '$(reboot)`id`',
  `$${'{jndi:ldap://x}'}`,
  '<!channel> <@U1|x> *b* `c`',
  "' OR 1=1 --",
  '../../../../etc/passwd',
  'constructor',
  '__proto__',
  'refs/tags/',
  'refs/tags/v1.0.0\u0000',
  'refs/heads/refs/tags/v1',
  'v1.0.0\u001b[2J',
  'V1.0.0-RC.1+build',
  '-'.repeat(300),
  'a'.repeat(5_000),
];

/** A long one is dear, and a few are enough. */
const longTexts: readonly string[] = ['x'.repeat(200_000), '\u001b'.repeat(70_000), 'é\n'.repeat(60_000)];

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

const nastyValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  -0,
  1e308,
  2 ** 53,
  0.1,
  [],
  {},
  [null],
  [[[]]],
  { '': '' },
  Object.fromEntries([['then', 'x']]),
  { toString: null, valueOf: null },
  deep(200),
  Array.from({ length: 300 }, (_, index) => index),
];

const nastyKeys: readonly string[] = [
  'constructor',
  'toString',
  'length',
  '',
  '\u0000',
  'action',
  'ref_type',
  'deleted',
];

export const nastyText = (random: Random): string =>
  random.once(400) ? random.pick(longTexts) : random.pick(nastyTexts);

const insertedText = (text: string, random: Random): string => {
  const at = random.below(text.length + 1);
  const cut = random.once(2) ? at : Math.min(text.length, at + random.below(8));
  return text.slice(0, at) + nastyText(random) + text.slice(cut);
};

/** The same value with something within it changed: another type, another text, a key more or less. */
export const mutateValue = (value: unknown, random: Random): unknown => {
  const stays = typeof value === 'object' && value !== null && !random.once(6);
  if (stays && Array.isArray(value)) {
    if (value.length === 0 || random.once(6))
      return random.once(2) ? [...value, ...value, random.pick(nastyValues)] : value.slice(1);
    const at = random.below(value.length);
    return value.map((one, index) => (index === at ? mutateValue(one, random) : one));
  }
  if (stays) {
    const entries = Object.entries(value as object);
    if (entries.length === 0 || random.once(6))
      return Object.fromEntries([...entries, [random.pick(nastyKeys), random.pick(nastyValues)]]);
    const at = random.below(entries.length);
    if (random.once(8)) return Object.fromEntries(entries.filter((_, index) => index !== at));
    return Object.fromEntries(
      entries.map(([key, one], index) => (index === at ? [key, mutateValue(one, random)] : [key, one])),
    );
  }
  if (typeof value === 'string' && !random.once(4)) return insertedText(value, random);
  return random.once(2) ? nastyText(random) : random.pick(nastyValues);
};

/** JSON text that no `JSON.stringify` writes: a key twice, `__proto__`, numbers beyond all bounds, far too deep. */
export const mutateJson = (text: string, random: Random): string => {
  const begin = text.startsWith('{') ? text.slice(1) : text;
  switch (random.below(6)) {
    case 0:
      return `{"__proto__":${random.once(2) ? text : '{"deleted":true}'},${begin}`;
    case 1:
      return `{"ref":"refs/tags/v9","ref":null,${begin}`;
    case 2:
      return text.replace(/\d+/, '1e99999');
    case 3:
      return text.replace(/"[^"]*"/, () => '['.repeat(50_000) + ']'.repeat(50_000));
    case 4:
      return text.replace(/"([^"]*)"/, '"\\ud800\\u0000\\u001b$1"');
    default:
      return text + text;
  }
};

/** Bytes flipped, taken out, repeated, or such that no UTF-8 has. */
export const mutateBytes = (bytes: Buffer, random: Random): Buffer => {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(40));
  switch (random.below(6)) {
    case 0: {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[at % changed.length] = random.below(256);
      return changed;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0]),
        bytes.subarray(at),
      ]);
    default:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
  }
};

/** What HTTP can carry in a header: no control characters but the tab, and bytes beyond ASCII as Latin-1. */
const headerText = (text: string): string =>
  text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '').slice(0, 8_000);

/** Headers taken out, filled with something else, or sent twice, which API Gateway joins. */
export const mutateHeaders = (
  headers: Readonly<Record<string, string>>,
  random: Random,
): Readonly<Record<string, string>> => {
  const names = Object.keys(headers);
  const name = names.length === 0 ? 'x' : random.pick(names);
  switch (random.below(4)) {
    case 0:
      return Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));
    case 1:
      return { ...headers, [name]: headerText(nastyText(random)) };
    case 2:
      return { ...headers, [name]: `${headers[name]},${headers[name]}` };
    default:
      return { ...headers, [name]: headerText(insertedText(headers[name] ?? '', random)) };
  }
};
