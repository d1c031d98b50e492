import type { ServerResponse } from 'node:http';
import type { Metadata } from '../../../lib/cluster/objects/objects.ts';
import { type Handler, sendJson } from './server.ts';

type Item = { readonly metadata: Metadata };

/** Collections behind the list and watch protocol, in memory: as much of an API server as a watch needs. */
export const createCollections = () => {
  const collections = new Map<string, Map<string, Item>>();
  const watchers = new Map<string, Set<ServerResponse>>();
  let version = 100;

  const collection = (path: string): Map<string, Item> => {
    const found = collections.get(path) ?? new Map<string, Item>();
    collections.set(path, found);
    return found;
  };

  const tell = (path: string, type: string, object: Item): void => {
    for (const response of watchers.get(path) ?? []) response.write(`${JSON.stringify({ type, object })}\n`);
  };

  const handler: Handler = (_, response, url) => {
    const { pathname: path, searchParams } = url;
    if (!searchParams.has('watch'))
      return sendJson(response, 200, {
        metadata: { resourceVersion: String(version) },
        items: [...collection(path).values()],
      });
    response.writeHead(200).flushHeaders();
    const set = watchers.get(path) ?? new Set();
    watchers.set(path, set.add(response));
    response.on('close', () => set.delete(response));
  };

  return {
    handler,
    put: (path: string, item: Item): void => {
      const object = { ...item, metadata: { ...item.metadata, resourceVersion: String(++version) } };
      const type = collection(path).has(item.metadata.name) ? 'MODIFIED' : 'ADDED';
      collection(path).set(item.metadata.name, object);
      tell(path, type, object);
    },
    remove: (path: string, name: string): void => {
      const item = collection(path).get(name);
      collection(path).delete(name);
      if (item !== undefined) tell(path, 'DELETED', item);
    },
    isWatched: (path: string): boolean => (watchers.get(path)?.size ?? 0) > 0,
  };
};
