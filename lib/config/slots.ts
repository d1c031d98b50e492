import { namePattern } from './fields.ts';
import type { Path } from './problems.ts';
import { list, record, valueAt } from './raw.ts';
import { nearest } from './suggest.ts';
import { normaliseGitHost, normaliseHost } from './text-checks.ts';

/** The one place in tagboat.yml that a secret is for. KMS is told it as `slot`: section, name and key, joined by `/`. */
export type SecretSlot = { readonly slot: string; readonly path: Path; readonly reference: unknown };

type Section = {
  readonly named: boolean;
  readonly keys: readonly string[];
  /** Mappings within the entry that hold a key. */
  readonly within?: Readonly<Record<string, string>>;
  /**
   * Fields for what a secret was before, with the key of what it is now. They have its slot: to change a secret, its line
   * is moved there as it stands, since whoever changes it may not know the old one.
   */
  readonly previous?: Readonly<Record<string, string>>;
  /** Fields that are lists of both, with the same key. */
  readonly lists?: Readonly<Record<string, string>>;
};

/** Fields that hold secrets, by the section and whether its entries have names. */
const fields: Readonly<Record<string, Section>> = {
  clusters: { named: true, keys: ['kubeconfig'] },
  configRepos: { named: true, keys: ['password', 'signingKey'], within: { signingKey: 'commit' } },
  sources: {
    named: true,
    keys: ['secret', 'key', 'token'],
    within: { token: 'redelivery' },
    previous: { previousSecret: 'secret', previousKey: 'key' },
    lists: { secrets: 'secret', keys: 'key' },
  },
  registries: { named: true, keys: ['password', 'serviceAccountKey'] },
  gitHosts: { named: true, keys: ['password'] },
  slack: {
    named: false,
    keys: ['signingSecret', 'botToken'],
    previous: { previousSigningSecret: 'signingSecret' },
  },
  api: { named: false, keys: ['token'], previous: { previousToken: 'token' } },
};

/** Sections whose entries are called after a host, and its normal form. */
const hostIn: Readonly<Record<string, (text: string) => string | undefined>> = {
  registries: normaliseHost,
  gitHosts: normaliseGitHost,
};

/** From the entry of a section to the value. */
const pathIn = ({ within }: Section, key: string): readonly string[] => {
  const holder = within?.[key];
  return holder === undefined ? [key] : [holder, key];
};

/** All forms of a slot, for help and messages. */
export const slotForms: readonly string[] = Object.entries(fields).flatMap(([section, { named, keys }]) =>
  keys.map((key) =>
    named ? `${section}/<${section in hostIn ? 'host' : 'name'}>/${key}` : `${section}/${key}`,
  ),
);

/** The secrets that a configuration holds, checked or not, in the order of the sections. */
export const secretSlots = (config: unknown): readonly SecretSlot[] =>
  Object.entries(fields).flatMap(([section, shape]) => {
    const entries = record(record(config)[section]);
    const holders = shape.named
      ? Object.entries(entries).map(([name, entry]) => ({ path: [section, name], entry: record(entry) }))
      : [{ path: [section], entry: entries }];
    const keys = [
      ...shape.keys.map((key) => ({ key, inside: pathIn(shape, key) })),
      ...Object.entries(shape.previous ?? {}).map(([field, key]) => ({ key, inside: [field] })),
    ];
    const inLists = (entry: Readonly<Record<string, unknown>>) =>
      Object.entries(shape.lists ?? {}).flatMap(([field, key]) =>
        list(entry[field]).map((_, index) => ({ key, inside: [field, index] })),
      );
    return holders.flatMap(({ path, entry }) =>
      [...keys, ...inLists(entry)].flatMap(({ key, inside }) => {
        const reference = valueAt(entry, inside);
        return reference === undefined
          ? []
          : [{ slot: [...path, key].join('/'), path: [...path, ...inside], reference }];
      }),
    );
  });

/** Where the value of a slot stands in tagboat.yml: `configRepos.okeydokey.commit.signingKey`. */
export const placeOfSlot = (slot: string): string => {
  const parts = slot.split('/');
  const shape = fields[parts[0] ?? ''];
  const key = parts.at(-1) ?? '';
  return [...parts.slice(0, -1), ...(shape === undefined ? [key] : pathIn(shape, key))].join('.');
};

/** What is wrong with the name of a slot, or undefined where tagboat.yml can have it. */
export const slotProblem = (slot: string): string | undefined => {
  const parts = slot.split('/');
  const [section = '', ...rest] = parts;
  const sections = Object.keys(fields);
  const entry = Object.entries(fields).find(([name]) => name === section)?.[1];
  if (entry === undefined) {
    const near = nearest(section, sections);
    return near === undefined
      ? 'no slot begins like that'
      : `no slot begins like that (did you mean \`${[near, ...rest].join('/')}\`?)`;
  }
  const forms = slotForms.filter((form) => form.startsWith(`${section}/`)).join(' or ');
  const key = parts.at(-1) ?? '';
  if (parts.length !== (entry.named ? 3 : 2)) return `slots of ${section} are ${forms}`;
  const now = entry.previous?.[key];
  if (now !== undefined)
    return `\`${key}\` holds the line that was sealed for \`${[...parts.slice(0, -1), now].join('/')}\`; move it there`;
  if (!entry.keys.some((known) => known === key)) {
    const near = nearest(key, entry.keys);
    const hint = near === undefined ? '' : ` (did you mean \`${[...parts.slice(0, -1), near].join('/')}\`?)`;
    return `slots of ${section} are ${forms}${hint}`;
  }
  const name = parts[1] ?? '';
  if (!entry.named) return undefined;
  const normalise = hostIn[section];
  if (normalise !== undefined) {
    const host = normalise(name);
    if (host === undefined)
      return `\`${name}\` is not the host of a ${section === 'gitHosts' ? 'Git repository' : 'registry'}`;
    return host === name
      ? undefined
      : `sealed values are bound to the host in its normal form: \`${section}/${host}/password\``;
  }
  return namePattern.test(name) ? undefined : `\`${name}\` cannot be a name in tagboat.yml`;
};
