import type { Table } from '../../store/table.ts';
import { readTagMemory, type TagMemory } from '../model/tag-memory.ts';

/** Where tags are listed: the registry of an app's image, or its Git repository. */
export type TagList = 'image' | 'git';

/** What an earlier listing left behind, so that the next costs little. */
export type Listing = {
  /** The image or repository whose tags they are: tagboat.yml may name another one since. */
  readonly of: string;
  /** When it was asked for, in milliseconds since 1970: whatever it did not have was pushed later. */
  readonly listedAt: number;
  readonly etag?: string | undefined;
  /** A hash of all of it. */
  readonly fingerprint: string;
  /** `pin: digest`: what the tags stood for that were asked about. */
  readonly digests?: Readonly<Record<string, string>> | undefined;
};

/** When an app was looked at, and what there was. */
export type Look = {
  /** When it was begun for the last time, in milliseconds since 1970. */
  readonly askedAt: number;
  readonly listings: { readonly [List in TagList]?: Listing | undefined };
};

export type Looks = {
  /** Every app's last look, and until when a host wants to be left alone, in milliseconds since 1970. */
  all(): Promise<{
    readonly apps: ReadonlyMap<string, Look>;
    readonly quietUntil: ReadonlyMap<string, number>;
  }>;
  /** False where another invocation has begun one meanwhile. */
  begin(app: string, known: Look | undefined, askedAt: number): Promise<boolean>;
  /** Keeps what a look has brought, once what was found is on record. */
  keep(app: string, look: Look): Promise<void>;
  /** @param of the image or repository */
  seen(app: string, of: string): Promise<TagMemory | undefined>;
  keepSeen(app: string, of: string, seen: TagMemory): Promise<void>;
  keepQuiet(host: string, until: number): Promise<void>;
};

const pk = 'looks';
const appPrefix = 'app#';
const hostPrefix = 'host#';
const appKey = (app: string) => ({ pk, sk: `${appPrefix}${app}` });
/** A partition of its own: these are large, and those of `looks` are all read at once. */
const seenKey = (app: string, of: string) => ({ pk: 'seen-tags', sk: `${app}#${of}` });

export const createLooks = (table: Table): Looks => ({
  all: async () => {
    const rows = await table.query(pk, '');
    const startingWith = (prefix: string) =>
      rows.flatMap((row) => (row.sk.startsWith(prefix) ? [[row.sk.slice(prefix.length), row] as const] : []));
    return {
      apps: new Map(
        startingWith(appPrefix).map(([app, row]) => [
          app,
          { askedAt: Number(row.askedAt), listings: (row.listings ?? {}) as Look['listings'] },
        ]),
      ),
      quietUntil: new Map(startingWith(hostPrefix).map(([host, row]) => [host, Number(row.until)])),
    };
  },

  begin: (app, known, askedAt) =>
    table.put(
      { ...appKey(app), listings: known?.listings ?? {}, askedAt },
      known === undefined ? 'absent' : { attribute: 'askedAt', value: known.askedAt },
    ),

  keep: async (app, { askedAt, listings }) => {
    await table.put({ ...appKey(app), askedAt, listings });
  },

  seen: async (app, of) => {
    const { pk: partition, sk } = seenKey(app, of);
    const row = await table.get(partition, sk);
    return row && readTagMemory((row.hashes ?? new Uint8Array()) as Uint8Array);
  },

  keepSeen: async (app, of, seen) => {
    await table.put({ ...seenKey(app, of), hashes: seen.isEmpty ? undefined : seen.bytes });
  },

  keepQuiet: async (host, until) => {
    await table.put({ pk, sk: `${hostPrefix}${host}`, until });
  },
});
