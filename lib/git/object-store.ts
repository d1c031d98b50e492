import { fetchPack } from './fetch.ts';
import type { Limits } from './limits.ts';
import type { GitObject, ObjectType } from './object.ts';
import type { ObjectCache } from './object-cache.ts';
import { readPack } from './pack-read.ts';
import { protocolError } from './protocol-error.ts';
import type { Filtering, Server } from './server.ts';
import type { Transport } from './transport.ts';

/** The objects of one commit: those at hand, and those the server has. */
export type ObjectStore = {
  /** @throws TagboatError `git-protocol` where it is not at hand, or of another type: ask for it first */
  read(oid: string, type: ObjectType): Buffer;
  has(oid: string): boolean;
  /** The commit, and its trees down to `depth` levels (undefined: all), where it is not at hand. */
  needCommit(depth: number | undefined): Promise<void>;
  /** These trees and what is below them, `depth` levels in all (undefined: all), where they are not at hand. One request. */
  needTrees(oids: readonly string[], depth: number | undefined): Promise<void>;
  /** These blobs, where they are not at hand. One request. */
  needBlobs(oids: readonly string[]): Promise<void>;
};

type StoreOptions = {
  readonly commit: string;
  readonly server: Server;
  readonly transport: Transport;
  readonly cache: ObjectCache;
  readonly limits: Limits;
  /** Called when the server turns out to filter less than it announced. */
  readonly onServer: (server: Server) => void;
  /** Called when the server does not give what this commit needs; perhaps it no longer has the commit. */
  readonly onFailure: () => void;
};

type Need = {
  readonly wants: readonly string[];
  readonly shallow: boolean;
  readonly depth: number | undefined;
};

const weaker: Readonly<Record<Filtering, Filtering | undefined>> = {
  tree: 'blob',
  blob: 'none',
  none: undefined,
};

const filterFor = (filtering: Filtering, depth: number | undefined): string | undefined => {
  if (filtering === 'none') return undefined;
  return filtering === 'tree' && depth !== undefined ? `tree:${depth}` : 'blob:none';
};

export const createObjectStore = (options: StoreOptions): ObjectStore => {
  const { commit, transport, cache, limits } = options;
  // What this commit needs stays at hand while it is used, however small the cache is
  const objects = new Map<string, GitObject>();
  let server = options.server;

  const find = (oid: string): GitObject | undefined => {
    const held = objects.get(oid);
    if (held !== undefined) return held;
    const cached = cache.object(oid);
    if (cached !== undefined) objects.set(oid, cached);
    return cached;
  };

  /** @returns why the server refused, or undefined where it did not */
  const fetchOnce = async (need: Need, filtering: Filtering): Promise<string | undefined> => {
    const filter = filterFor(filtering, need.depth);
    const fetched = await fetchPack(transport, server, { wants: need.wants, shallow: need.shallow, filter });
    if (fetched.type === 'refused') return fetched.words;
    for (const [oid, object] of readPack(fetched.pack, limits, find)) {
      objects.set(oid, object);
      cache.keep(oid, object);
    }
    return undefined;
  };

  const everything: Need = { wants: [commit], shallow: true, depth: undefined };

  /** Asks for less and less selective answers until the server gives one. */
  const fetchNeed = async (need: Need): Promise<void> => {
    let refusal: string | undefined;
    let filtering: Filtering | undefined = server.filtering;
    while (filtering !== undefined) {
      refusal = await fetchOnce(need, filtering);
      if (refusal === undefined) break;
      filtering = weaker[filtering];
    }
    if (filtering !== undefined && filtering !== server.filtering) {
      server = { ...server, filtering };
      options.onServer(server);
    }
    // Some servers give out nothing but commits
    if (refusal !== undefined && need.wants[0] !== commit) refusal = await fetchOnce(everything, 'none');
    if (refusal !== undefined) throw protocolError(`the Git server refuses what was asked for: ${refusal}`);
  };

  const require = async (oids: readonly string[], need: Omit<Need, 'wants'>): Promise<void> => {
    const missing = [...new Set(oids)].filter((oid) => find(oid) === undefined);
    if (missing.length === 0) return;
    try {
      await fetchNeed(server.version === 0 ? everything : { ...need, wants: missing });
      if (missing.some((oid) => find(oid) === undefined))
        throw protocolError('the server did not send an object that it was asked for');
    } catch (error) {
      options.onFailure();
      throw error;
    }
  };

  return {
    read: (oid, type) => {
      const object = find(oid);
      if (object?.type !== type) throw protocolError(`the repository has no ${type} ${oid}`);
      return object.data;
    },
    has: (oid) => find(oid) !== undefined,
    needCommit: (depth) => require([commit], { shallow: true, depth }),
    needTrees: (oids, depth) => require(oids, { shallow: false, depth }),
    // Blobs that are asked for by id are never filtered
    needBlobs: (oids) => require(oids, { shallow: false, depth: undefined }),
  };
};
