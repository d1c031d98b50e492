import { tryParseImage } from '../../../lib/image.ts';
import type { Sample } from './sample.ts';

/** What a webhook is to announce in the place of what its sample does. */
export type Announcement = {
  /** Of sources that announce Git tags: `github.com/acme/web`. */
  readonly repository?: string | undefined;
  /** Of sources that announce images: `docker.io/acme/web`. */
  readonly image?: string | undefined;
  readonly tag: string;
  readonly digest?: string | undefined;
  readonly revision?: string | undefined;
  readonly delivery?: string | undefined;
};

type Name = { readonly host: string; readonly path: string };
type Replacement = { readonly from: string; readonly to: string; readonly isWhole?: boolean };

const nameOf = (full: string): Name => {
  const slash = full.indexOf('/');
  return { host: full.slice(0, slash), path: full.slice(slash + 1) };
};

/** The parts of a name, which payloads hold by themselves as well: the owner, and what comes behind it. */
const partsOf = ({ path }: Name): readonly [owner: string, name: string] => {
  const slash = path.indexOf('/');
  return slash === -1 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
};

const nameReplacements = (from: string | undefined, to: string | undefined): readonly Replacement[] => {
  if (from === undefined || to === undefined) return [];
  const [old, now] = [nameOf(from), nameOf(to)];
  const [oldOwner, oldName] = partsOf(old);
  const [owner, name] = partsOf(now);
  const whole: readonly Replacement[] = [
    { from, to },
    { from: old.host, to: now.host },
    { from: old.path, to: now.path },
  ];
  // Without an owner the name is the path.
  if (oldOwner === '') return whole;
  return [...whole, { from: oldOwner, to: owner, isWhole: true }, { from: oldName, to: name, isWhole: true }];
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** One pass, so that nothing is replaced that has just been written; names are compared as Git hosts compare them. */
const replacer = (replacements: readonly Replacement[]) => {
  const wholes = new Map(replacements.map(({ from, to }) => [from.toLowerCase(), to]));
  const parts = replacements.filter(({ from, isWhole }) => isWhole !== true && from !== '');
  const pattern = new RegExp(
    `(?<![A-Za-z0-9])(?:${parts.map(({ from }) => escaped(from)).join('|')})(?![A-Za-z0-9])`,
    'gi',
  );
  return (text: string): string =>
    wholes.get(text.toLowerCase()) ??
    (parts.length === 0 ? text : text.replace(pattern, (found) => wholes.get(found.toLowerCase()) ?? found));
};

const deeply = (value: unknown, replace: (text: string) => string): unknown => {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((one) => deeply(one, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [replace(key), deeply(one, replace)]));
};

/**
 * The default sample of a source with another tag, of another repository or image, wherever these stand in it. Whether it then
 * says what is wanted, only the source's own parser can tell.
 */
export const retarget = (sample: Sample, to: Announcement): Sample => {
  const [event] = sample.events;
  if (event === undefined) return sample;
  const from: Announcement = event;
  const known = (
    ['tag', 'digest', 'revision', 'delivery'] as const satisfies readonly (keyof Announcement)[]
  ).flatMap((key): readonly Replacement[] => {
    const [old, now] = [from[key], to[key]];
    return old === undefined || now === undefined || old === 'unknown' ? [] : [{ from: old, to: now }];
  });
  const replace = replacer([
    ...nameReplacements(from.repository, to.repository),
    ...nameReplacements(from.image, to.image),
    ...known,
  ]);
  const host = to.image === undefined ? undefined : tryParseImage(to.image)?.host;
  return {
    ...sample,
    body: deeply(sample.body, replace) as Sample['body'],
    headers: Object.fromEntries(
      Object.entries(sample.headers).map(([name, value]) => [name, replace(value)]),
    ),
    config: sample.config.host === undefined ? sample.config : { ...sample.config, host },
  };
};
