import type { ServerResponse } from 'node:http';
import type { Context } from '../context.ts';
import type { Resource } from '../resources.ts';
import type { Matcher } from '../selectors.ts';
import { badRequest, expired } from '../status.ts';
import type { Change } from '../store.ts';
import type { KubeObject } from '../types.ts';

const bookmarkEveryMs = 60_000;
const defaultTimeoutSeconds = 30 * 60;

type WatchEvent = { readonly type: Change['type'] | 'BOOKMARK' | 'ERROR'; readonly object: unknown };

/** What a change looks like to one who sees only what the selector matches. */
const asSeen = (change: Change, matches: Matcher<KubeObject>): WatchEvent | undefined => {
  const { type, object, previous } = change;
  const before = previous !== undefined && matches(previous);
  const after = type !== 'DELETED' && matches(object);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
  return before ? { type: 'DELETED', object } : undefined;
};

/**
 * Streams changes until the client leaves, the timeout passes or the cluster closes. Starts with all objects where no
 * resourceVersion (or 0) is given, else with what happened since; 410 as an ERROR event where that is forgotten.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * @param present how objects are shown (as they are, or as Table rows)
 * @returns ends the stream
 * @throws ApiError 400
 */
export const watchObjects = (
  context: Context,
  response: ServerResponse,
  what: {
    readonly resource: Resource;
    readonly namespace: string | undefined;
    readonly matches: Matcher<KubeObject>;
    readonly query: URLSearchParams;
    readonly present: (object: KubeObject) => unknown;
    readonly onEnd: () => void;
  },
): (() => void) => {
  const { store, timers } = context;
  const { resource, namespace, matches, query, present } = what;
  const asked = Number(query.get('resourceVersion') ?? 0);
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0) || defaultTimeoutSeconds;
  if (!Number.isInteger(asked) || asked < 0)
    throw badRequest(`resourceVersion: Invalid value: "${query.get('resourceVersion') ?? ''}"`);
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const initial = query.get('sendInitialEvents') === 'true';

  const send = ({ type, object }: WatchEvent): void => {
    const shown = type === 'ERROR' || type === 'BOOKMARK' ? object : present(object as KubeObject);
    response.write(`${JSON.stringify({ type, object: shown })}\n`);
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    send({
      type: 'BOOKMARK',
      object: {
        kind: resource.kind,
        apiVersion: resource.apiVersion,
        metadata: {
          resourceVersion: String(store.version()),
          creationTimestamp: null,
          ...(annotations === undefined ? {} : { annotations }),
        },
      },
    });
  const onChange = (change: Change): void => {
    if (change.resource.key !== resource.key) return;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return;
    const event = asSeen(change, matches);
    if (event !== undefined) send(event);
  };

  const cleanups: (() => void)[] = [];
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    for (const cleanup of cleanups) cleanup();
    if (!response.writableEnded) response.end();
    what.onEnd();
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const missed = asked === 0 ? [] : store.changesSince(asked);
  if (missed === undefined) {
    send({ type: 'ERROR', object: expired(asked, store.oldest()).body });
    end();
    return end;
  }
  if (asked === 0 || initial)
    for (const object of store.list(resource, namespace))
      if (matches(object)) send({ type: 'ADDED', object });
  if (initial) bookmark({ 'k8s.io/initial-events-end': 'true' });
  if (!initial) for (const change of missed) onChange(change);
  cleanups.push(store.subscribe(onChange), timers.after(timeoutSeconds * 1_000, end));
  if (bookmarks) {
    let cancel = (): void => {};
    const again = (): void => {
      cancel = timers.after(bookmarkEveryMs, () => {
        bookmark();
        again();
      });
    };
    again();
    cleanups.push(() => cancel());
  }
  response.on('close', end);
  return end;
};
