import { createHash } from 'node:crypto';
import type { GitObject } from './object.ts';
import type { Server } from './server.ts';
import type { GitCredentials } from './transport.ts';

/**
 * What warm invocations share: objects by id, and per remote the last known tip and what the server can do.
 * An object's id is a hash of it, so objects can be shared by all remotes: the id of a tree is known only from a commit.
 * Tips and servers are kept apart by URL, branch and credentials.
 */
export type ObjectCache = {
  readonly object: (oid: string) => GitObject | undefined;
  readonly keep: (oid: string, object: GitObject) => void;
  readonly tip: (remote: string) => string | undefined;
  readonly keepTip: (remote: string, commit: string) => void;
  readonly forgetTip: (remote: string) => void;
  readonly server: (remote: string) => Server | undefined;
  readonly keepServer: (remote: string, server: Server) => void;
  readonly forgetServer: (remote: string) => void;
  /** Bytes the objects take, for tests and metrics. */
  readonly bytes: () => number;
};

/** What an object takes beside its content: its id, the map's entry, the buffer's own header. */
const overhead = 300;
const maxRemotes = 200;

/** A map that forgets its oldest entry. */
const createBoundedMap = <Value>(maxEntries: number) => {
  const map = new Map<string, Value>();
  return {
    get: (key: string): Value | undefined => map.get(key),
    delete: (key: string): void => {
      map.delete(key);
    },
    set: (key: string, value: Value): void => {
      map.delete(key);
      map.set(key, value);
      const [oldest] = map.keys();
      if (map.size > maxEntries && oldest !== undefined) map.delete(oldest);
    },
  };
};

/**
 * @param options.maxBytes what all objects together may take, 48 MiB where absent; the least recently used go first
 */
export const createObjectCache = (options: { readonly maxBytes?: number } = {}): ObjectCache => {
  const maxBytes = options.maxBytes ?? 48 * 1024 * 1024;
  const objects = new Map<string, GitObject>();
  const tips = createBoundedMap<string>(maxRemotes);
  const servers = createBoundedMap<Server>(maxRemotes);
  let bytes = 0;
  const drop = (oid: string, object: GitObject): void => {
    objects.delete(oid);
    bytes -= object.data.length + overhead;
  };
  return {
    object: (oid) => {
      const object = objects.get(oid);
      if (object === undefined) return undefined;
      // Back to the end of the map's order: used most recently
      objects.delete(oid);
      objects.set(oid, object);
      return object;
    },
    keep: (oid, object) => {
      // A single large object must not evict all others
      if (object.data.length + overhead > maxBytes / 2) return;
      const earlier = objects.get(oid);
      if (earlier !== undefined) drop(oid, earlier);
      objects.set(oid, object);
      bytes += object.data.length + overhead;
      for (const [oldest, candidate] of objects) {
        if (bytes <= maxBytes) break;
        drop(oldest, candidate);
      }
    },
    tip: tips.get,
    keepTip: tips.set,
    forgetTip: tips.delete,
    server: servers.get,
    keepServer: servers.set,
    forgetServer: servers.delete,
    bytes: () => bytes,
  };
};

/** The key of a remote in the cache. A hash, so that it does not contain the password. */
export const remoteKey = (url: string, branch: string, credentials: GitCredentials | undefined): string =>
  createHash('sha256')
    .update(JSON.stringify([url, branch, credentials?.username ?? null, credentials?.password ?? null]))
    .digest('hex');
