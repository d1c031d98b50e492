import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCatalogue } from '../lib/error-catalogue.ts';

const page = path.join(import.meta.dirname, '..', 'docs', 'errors.md');

/** Plain text, with code in backticks, as a cell of a table: a `|` would end the cell, and a `<` outside code begin a tag. */
const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('`');

/** docs/errors.md with the table of all error codes as lib/errors.ts has them. */
export const withCodes = (text: string): string => {
  const rows = Object.entries(errorCatalogue)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { retry, status, meaning, next }]) =>
        `| \`${code}\` | ${retry} | ${status} | ${cell(meaning)} | ${cell(next)} |`,
    );
  const table = [
    '| code | | HTTP | what it means | what to do next |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  return text.replace(
    /(<!-- codes: [^\n]* -->\n)[\s\S]*?(<!-- \/codes -->)/,
    (_all, start: string, end: string) => `${start}\n${table}\n\n${end}`,
  );
};

if (import.meta.main) writeFileSync(page, withCodes(readFileSync(page, 'utf8')));
