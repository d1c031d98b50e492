import { describe, expect, it } from 'vitest';
import { printableLine, printableText } from '../lib/printable.ts';
import { safeText } from '../lib/safe-text.ts';
import { endsInTime } from './support/ends-in-time.ts';

describe('printable text', () => {
  it.each([
    ['a colour', 'all \u001b[1;31mred\u001b[0m', 'all red'],
    ['a colour, in eight bits', 'all \u009b31mred\u009b0m', 'all red'],
    ['a title', '\u001b]0;you are root\u0007ok', 'ok'],
    ['a link', '\u001b]8;;https://evil.example\u001b\\here\u001b]8;;\u001b\\', 'here'],
    ['a title that does not end', '\u001b]0;and this line\nthe next', '\nthe next'],
    ['a cleared screen', '\u001b[2J\u001b[Hgone', 'gone'],
    ['an operating system command, in eight bits', '\u009d0;x\u009cok', 'ok'],
    ['a reset', '\u001bcok', 'ok'],
    ['a character set', '\u001b(Bok', 'ok'],
    ['an escape at the end', 'ok\u001b', 'ok'],
    ['half an escape', 'ok\u001b[31', 'ok31'],
    ['a bell and a backspace', 'a\u0007b\u0008c', 'a b c'],
    ['null', 'a\0b', 'a b'],
    ['a return that would overwrite the line', 'failed\rhealthy', 'failed healthy'],
    ['lines, as Windows ends them', 'a\r\nb', 'a\nb'],
    ['lines and tabulators', 'a\n\tb', 'a\n\tb'],
    ['lines of Unicode', 'a\u2028b\u2029c', 'a b c'],
    ['a text turned round', 'v1\u202egnp.exe', 'v1gnp.exe'],
    ['an isolate, marks and what has no width', '\u2067a\u2069\u200e\u200f\u061c\u200b\ufeffb', 'ab'],
    ['a control character before the end of a line', 'a\u0001\nb\n\0\n\tc', 'a \nb\n \n\tc'],
    ['letters that nobody sees', 'a\u{e0041}\u{e007f}\u00ad\u180e\u3164\u034fb', 'ab'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['letters, accents and emoji', 'Zoë 👩‍🚀 здравствуйте', 'Zoë 👩‍🚀 здравствуйте'],
  ])('%s', (_name, text, printable) => {
    expect(printableText(text)).toBe(printable);
    expect(printableText(printable), 'a second time').toBe(printable);
  });

  it('may be put on one line', () => {
    expect(printableLine(' a\n\n\tb\r\nc ')).toBe('a b c');
  });

  it.each(['\u001b[', '\u001b]0;', '\u001b(', '\u009b0;', 'a\u0007'])(
    'ends with a megabyte of %j',
    (unit) => {
      expect(endsInTime(() => printableText(unit.repeat(300_000))).length).toBeLessThan(1_000_000);
    },
  );
});

it('a credential is masked, whatever stands within it', () => {
  expect(safeText('pass\u001b[0mword=hunter2 and DB_PASSWORD=hun\u202eter2')).toBe(
    'password=*** and DB_PASSWORD=***',
  );
});
