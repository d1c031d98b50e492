import { describe, expect, it } from 'vitest';
import { formatDiff, formatDuration, progressBar } from '../../../infra/local/terminal/format.ts';
import { createStyle } from '../../../infra/local/terminal/style.ts';
import { createTerminal } from '../../../infra/local/terminal/terminal.ts';

const recorder = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, output: { isTTY, columns: 100, write: (text: string) => written.push(text) } };
};

describe('createTerminal', () => {
  it('writes plain lines, and no progress, where it is no terminal', () => {
    const { output, written } = recorder(false);
    const terminal = createTerminal(output);

    terminal.status('working');
    terminal.line(terminal.style.red('done'));
    terminal.clearStatus();

    expect(written).toEqual(['done\n']);
  });

  it('keeps the progress under the lines on a terminal', () => {
    const { output, written } = recorder(true);
    const terminal = createTerminal(output);

    terminal.status('1/3');
    terminal.line('a line');
    terminal.status('2/3');
    terminal.clearStatus();
    terminal.line('done');

    expect(written.join('')).toBe('\r\u001b[2K1/3\r\u001b[2Ka line\n1/3\r\u001b[2K2/3\r\u001b[2Kdone\n');
  });

  it.each<[string, boolean, Record<string, string>, string]>([
    ['a terminal', true, {}, '\u001b[32mok\u001b[39m'],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, 'ok'],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, '\u001b[32mok\u001b[39m'],
    ['a dumb terminal', true, { TERM: 'dumb' }, 'ok'],
    ['a pipe', false, {}, 'ok'],
    ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, '\u001b[32mok\u001b[39m'],
    ['a pipe with FORCE_COLOR and NO_COLOR', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, 'ok'],
  ])('colours on %s', (_name, isTTY, env, expected) => {
    const { output } = recorder(isTTY);

    expect(createTerminal(output, env).style.green('ok')).toBe(expected);
  });
});

describe('formats', () => {
  it.each([
    [0, '0.00 s'],
    [423, '0.42 s'],
    [9_994, '9.99 s'],
    [12_345, '12.3 s'],
    [125_000, '2 min 5 s'],
    [119_900, '2 min 0 s'],
  ])('formatDuration(%d) is %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });

  it.each([
    [0, 3, '░░░░░░ 0/3'],
    [1, 3, '██░░░░ 1/3'],
    [3, 3, '██████ 3/3'],
    [5, 3, '██████ 5/3'],
    [0, 0, '░░░░░░ 0/0'],
  ])('progressBar(%d, %d) is %s', (done, total, expected) => {
    expect(progressBar(done, total, 6)).toBe(expected);
  });

  it('formatDiff shows what changed, and nothing of modes and object ids', () => {
    const diff = [
      'diff --git a/app.yml b/app.yml',
      'index 1111111..2222222 100644',
      '--- a/app.yml',
      '+++ b/app.yml',
      '@@ -1,2 +1,2 @@',
      ' kind: Deployment',
      '-image: app:1',
      '+image: app:2',
      '',
    ].join('\n');

    expect(formatDiff(diff, createStyle(false))).toEqual([
      '--- a/app.yml',
      '+++ b/app.yml',
      '@@ -1,2 +1,2 @@',
      ' kind: Deployment',
      '-image: app:1',
      '+image: app:2',
    ]);
  });
});
