import type { Clock } from '../../clock.ts';
import { isRetryable, TagboatError } from '../../errors.ts';
import type { Metadata } from '../objects/objects.ts';
import { fromResponse, statusOf } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import { listAll } from './list.ts';

type WatchOptions<T> = {
  /** Of a collection: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly what: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after the first list and after every change, with everything there is. */
  readonly onChange: (objects: ReadonlyMap<string, T>) => void;
  /** Called when a request failed; it is tried again. */
  readonly onTrouble: (error: TagboatError) => void;
};

type Identified = { readonly metadata: Metadata };

type WatchEvent<T> = { readonly type: string; readonly object: T & { readonly code?: number } };

/** How long one watch request lasts, in seconds: short enough that a dead connection is noticed, long enough to be rare. */
const watchSeconds = 45;
const firstBackoff = 200;
const maxBackoff = 5_000;
/** After so many failures without an event in between, it is listed anew. */
const failuresUntilList = 2;

const keyOf = (object: Identified): string =>
  object.metadata.uid ?? `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

const parseEvent = <T>(line: string, what: string): WatchEvent<T> => {
  try {
    return JSON.parse(line) as WatchEvent<T>;
  } catch {
    throw new TagboatError('cluster-unreachable', `watch ${what}: an event is not JSON`);
  }
};

/**
 * Follows a collection until the signal is aborted: list, then watch from the list's resource version; when the watch
 * ends, watch on from where it stopped; when the server has forgotten that version (410 Gone), list again. Network
 * errors, 429 and 5xx are waited out.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * @throws TagboatError what trying again does not help (`cluster-forbidden`, for example); never after the signal was aborted
 */
export const watchCollection = async <T extends Identified>(
  cluster: Cluster,
  options: WatchOptions<T>,
): Promise<void> => {
  const { clock, signal, query } = options;
  const objects = new Map<string, T>();
  let version: string | undefined;
  let backoff = firstBackoff;
  let relisted = false;
  let failures = 0;

  const list = async (): Promise<void> => {
    const listed = await listAll<T>(cluster, { path: options.path, query, what: options.what, signal });
    objects.clear();
    for (const item of listed.items) objects.set(keyOf(item), item);
    ({ version } = listed);
    options.onChange(objects);
  };

  const apply = (event: WatchEvent<T>): void => {
    if (event.type === 'ERROR')
      throw fromResponse(`watch ${options.what}`, {
        status: event.object.code ?? 500,
        body: JSON.stringify(event.object),
      });
    version = event.object.metadata.resourceVersion ?? version;
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') objects.delete(keyOf(event.object));
    else objects.set(keyOf(event.object), event.object);
    options.onChange(objects);
  };

  const watch = async (): Promise<void> => {
    const lines = cluster.api.lines(
      {
        method: 'GET',
        path: options.path,
        query: {
          ...query,
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: version,
          timeoutSeconds: watchSeconds,
        },
        what: `watch ${options.what}`,
        signal,
      },
      watchSeconds,
    );
    for await (const line of lines) {
      apply(parseEvent<T>(line, options.what));
      backoff = firstBackoff;
      relisted = false;
      failures = 0;
    }
  };

  const pause = async (milliseconds: number): Promise<void> => {
    await clock.sleep(milliseconds, signal).catch(() => undefined);
  };

  while (!signal.aborted) {
    const started = clock.now();
    try {
      if (version === undefined) await list();
      await watch();
      // A server that ends every watch at once would otherwise be asked without pause.
      if (clock.now() - started < firstBackoff) await pause(firstBackoff);
    } catch (error) {
      if (signal.aborted) return;
      const gone = statusOf(error) === 410;
      if (gone) version = undefined;
      if (gone && !relisted) {
        relisted = true;
        continue;
      }
      if (!(error instanceof TagboatError) || (!gone && !isRetryable(error))) throw error;
      // A proxy may cut off exactly the answer that says that the version is gone.
      failures += 1;
      if (failures >= failuresUntilList) version = undefined;
      options.onTrouble(error);
      await pause(Math.max(backoff, (error.retryAfterSeconds ?? 0) * 1000));
      backoff = Math.min(backoff * 2, maxBackoff);
    }
  }
};
