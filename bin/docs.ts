import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { isUnderWay, successors } from '../lib/release/model/release.ts';
import { releaseStates } from '../lib/view/release.ts';
import { manifestExamples } from './manifest-examples.ts';
import { sourceTable } from './source-table.ts';
import { admittedTable, orderTable } from './tags-page.ts';

/** Plain text, with code in backticks, as a cell of a table: a `|` would end the cell, and a `<` outside code begin a tag. */
const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('`');

/**
 * The page with one section made anew, which stands between `<!-- name: … -->` and `<!-- /name -->`.
 * @throws Error where the page has no such section
 */
const withSection = (text: string, name: string, content: string): string => {
  const section = new RegExp(`(<!-- ${name}: [^\\n]* -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!section.test(text)) throw new Error(`the page has no section ${name}`);
  return text.replace(section, (_all, start: string, end: string) => `${start}\n${content}\n\n${end}`);
};

/** docs/errors.md with the table of all error codes as lib/error-catalogue.ts has them. */
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
  return withSection(text, 'codes', table);
};

/** docs/architecture.md with the diagram of a release's states as lib/release/model/release.ts has them. */
export const withStates = (text: string): string => {
  // An id in a Mermaid state diagram has no hyphen: https://mermaid.js.org/syntax/stateDiagram.html
  const idOf = (state: string): string => state.replaceAll('-', '_');
  const named = releaseStates
    .filter((state) => idOf(state) !== state)
    .map((state) => `state "${state}" as ${idOf(state)}`);
  const arrows = releaseStates.flatMap((state) => [
    ...successors[state].map((next) => `${idOf(state)} --> ${idOf(next)}`),
    ...(isUnderWay(state) ? [] : [`${idOf(state)} --> [*]`]),
  ]);
  const lines = [...named, '[*] --> queued', ...arrows].map((line) => `  ${line}`);
  return withSection(text, 'states', ['```mermaid', 'stateDiagram-v2', ...lines, '```'].join('\n'));
};

/** docs/tags.md with what the code makes of tags. */
const withTags = (text: string): string =>
  withSection(withSection(text, 'admitted', admittedTable()), 'order', orderTable());
/** docs/sources.md with the table of all sources as lib/sources has them. */
export const withSources = (text: string): string => withSection(text, 'sources', sourceTable(text));

/** The pages that have a part made from the code, and what makes it. */
export const pages: Readonly<Record<string, (text: string) => string>> = {
  'docs/errors.md': withCodes,
  'docs/architecture.md': withStates,
  'docs/tags.md': withTags,
  'docs/sources.md': withSources,
  'docs/manifests.md': (text) => withSection(text, 'examples', manifestExamples()),
};

if (import.meta.main)
  for (const [page, made] of Object.entries(pages)) {
    const file = path.join(import.meta.dirname, '..', page);
    writeFileSync(file, made(readFileSync(file, 'utf8')));
  }
