import { type ObjectCache, openRemote, type Remote } from '../../../lib/git/remote.ts';
import type { GitServer } from './git-server.ts';

export const author = { name: 'Tagboat', email: 'tagboat@example.com' };

/** 2026-03-04T05:06:07Z */
export const time = 1_772_600_767_000;

export const meta = { message: 'Release okeydokey 1.2.0', author, time };

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const text = (content: Uint8Array): string => new TextDecoder().decode(content);

export const change = (path: string, content: string): ReadonlyMap<string, Uint8Array> =>
  new Map([[path, bytes(content)]]);

export const openMain = (server: GitServer, name: string, cache?: ObjectCache): Remote =>
  openRemote({ url: `${server.origin}/${name}.git`, branch: 'main', cache });

/** What the server was asked, `GET /info/refs`, without the repository's name and the query. */
export const asked = (server: GitServer): readonly string[] =>
  server.requests.map(({ method, url }) => `${method} ${url.replace(/^\/[^/]*/, '').replace(/\?.*/, '')}`);
