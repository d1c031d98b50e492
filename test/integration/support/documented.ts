import { readFileSync } from 'node:fs';
import path from 'node:path';

const page = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'errors.md');

/** What a cell of a Markdown table says. */
const plain = (cell: string): string => cell.replaceAll('&lt;', '<').replaceAll('\\*', '*');

/** The rows of a table in docs/errors.md, by their first cell: what the documentation promises is what tests compare with. */
export const documented = (section: string): Readonly<Record<string, readonly string[]>> => {
  const text = readFileSync(page, 'utf8');
  const [, table = ''] =
    new RegExp(`<!-- ${section}: [^\\n]*-->([\\s\\S]*?)<!-- /${section} -->`).exec(text) ?? [];
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | ').map(plain));
  return Object.fromEntries(
    rows
      .slice(1)
      .map(([name = '', outcome = '', code = '', words = '']) => [
        name,
        [outcome, code.replaceAll('`', ''), words],
      ]),
  );
};
