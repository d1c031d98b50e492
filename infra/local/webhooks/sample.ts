import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceConfig } from '../../../lib/config/types.ts';
import type { IgnoredReason, SourceEvent } from '../../../lib/event.ts';

/** A webhook as its sender sends it, and what it says. `samples/<type of source>/<case>.json` holds one each. */
export type Sample = {
  /** Of its file, without `.json`. */
  readonly name: string;
  /** Where the payload is from, and what was changed in it. */
  readonly origin: string;
  /** True for the one that `tagboat hook` sends. Each source has one, which announces exactly one thing. */
  readonly isDefault: boolean;
  /** What the sender sends besides its proof; `headersOf` fills in other signatures. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. `{ "$base64": … }` in it is sent as the text of that value in base64. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What tagboat.yml says of the source. */
  readonly config: SourceConfig;
  /** What it announces, without the name of the source. */
  readonly events: readonly (Partial<SourceEvent> & { readonly tag: string })[];
  /** Why the rest of it is no event. */
  readonly ignored: readonly IgnoredReason[];
};

const folder = new URL('samples/', import.meta.url);

/** The types of source that there are samples of. */
export const sampledSources = (): readonly string[] => readdirSync(folder).toSorted();

const readSample = (source: string, file: string): Sample => {
  const value = JSON.parse(readFileSync(new URL(`${source}/${file}`, folder), 'utf8')) as Partial<Sample> & {
    readonly default?: boolean;
  };
  const { origin = '', headers = {}, body = {}, config = {}, events = [], ignored = [] } = value;
  const name = path.basename(file, '.json');
  return { name, origin, isDefault: value.default === true, headers, body, config, events, ignored };
};

/** Every sample of a type of source, the default one first. */
export const samplesOf = (source: string): readonly Sample[] =>
  readdirSync(new URL(`${source}/`, folder))
    .toSorted()
    .map((file) => readSample(source, file))
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
