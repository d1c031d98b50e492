import { expect, test } from 'vitest';
import { code, codeBlock, escapeMrkdwn, link } from '../../lib/slack/text.ts';

test('what is long is cut, and an entity never in the middle', () => {
  expect(escapeMrkdwn('a&&', 8)).toBe('a&amp;…');
  expect(escapeMrkdwn('ab', 10)).toBe('ab');
  expect(escapeMrkdwn('😀😀😀', 5)).toBe('😀😀…');
});

test('a fence in a log line does not end the block', () => {
  expect(codeBlock(['a', '```', '<!here>'])).toBe("```\na\n'''\n&lt;!here&gt;\n```");
});

test('a backtick does not end what is in backticks', () => {
  expect(code('a`b')).toBe("`a'b`");
});

test.each([
  ['of the web', 'https://example.com/a?b=1&c=2', '<https://example.com/a?b=1&amp;c=2|text>'],
  ['with what ends a link', 'https://example.com/a|b>c', '<https://example.com/a%7Cb%3Ec|text>'],
  ['of a script', 'javascript:alert(1)', 'text'],
  ['with credentials', 'https://a:b@example.com/', 'text'],
  ['that is none', 'x', 'text'],
  ['that is too long', `https://example.com/${'a'.repeat(1000)}`, 'text'],
  ['that is too long once it is escaped', `https://example.com/?${'&'.repeat(300)}`, 'text'],
])('a link %s', (_name, url, expected) => {
  expect(link(url, 'text')).toBe(expected);
});
