import { sourceTypes } from '../sources/catalog.ts';
import { namePattern } from './fields.ts';
import { atKey, atValue, type Finding } from './problems.ts';
import { list, record, text } from './raw.ts';
import { secretFindings } from './source-secrets.ts';
import { checkImage, checkRepository } from './text-checks.ts';

/** The lists that bind what they hold to a source, with the field of an app that each names. */
const lists = [
  { field: 'repositories', of: 'repository', check: checkRepository },
  { field: 'images', of: 'image', check: checkImage },
] as const;

const normalised = (value: unknown, check: (typeof lists)[number]['check']): string | undefined => {
  const given = text(value);
  const result = given === undefined ? undefined : check(given);
  return result !== undefined && 'value' in result ? result.value : undefined;
};

/** Names are a segment of the webhook's path, and of a slot. */
const names = (sources: Readonly<Record<string, unknown>>): readonly Finding[] =>
  Object.keys(sources)
    .filter((name) => !namePattern.test(name))
    .map((name) =>
      atKey(
        ['sources', name],
        'a name has 1 to 63 letters, digits, `-`, `_` and `.`, and begins with a letter or digit',
      ),
    );

/** A list that is mistyped would leave the app open to every other source. */
const bound = (data: unknown, sources: Readonly<Record<string, unknown>>): readonly Finding[] =>
  lists.flatMap(({ field, of, check }) => {
    const known = Object.values(record(record(data).apps)).map((app) => normalised(record(app)[of], check));
    return Object.entries(sources).flatMap(([name, source]) =>
      list(record(source)[field]).flatMap((entry, index) => {
        const subject = normalised(entry, check);
        return subject === undefined || known.includes(subject)
          ? []
          : [atValue(['sources', name, field, index], `no app has the ${of} \`${subject}\``)];
      }),
    );
  });

/** A type that there is none of, or that is not that of its name, is found by the schema. */
const secrets = (sources: Readonly<Record<string, unknown>>): readonly Finding[] =>
  Object.entries(sources).flatMap(([name, source]) => {
    const type = text(record(source).type) ?? name;
    const known = Object.hasOwn(sourceTypes, type) ? sourceTypes[type] : undefined;
    const isOther = type !== name && Object.hasOwn(sourceTypes, name);
    const isMapping = typeof source === 'object' && source !== null && !Array.isArray(source);
    return known === undefined || isOther || !isMapping
      ? []
      : secretFindings(record(source), ['sources', name], known.needs);
  });

/** What is wrong with the names of the sources, with their secrets, and with what is bound to them. */
export const sourceFindings = (data: unknown): readonly Finding[] => {
  const sources = record(record(data).sources);
  return [...names(sources), ...secrets(sources), ...bound(data, sources)];
};
