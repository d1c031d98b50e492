import type { ObjectList } from '../objects/objects.ts';
import { statusOf } from './api-error.ts';
import type { Cluster } from './cluster.ts';

type Listed = object;

export type ListRequest = {
  /** Of a collection: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
};

/** Objects a page. The pages of one list are of one moment, that of the first. */
const pageSize = 500;

/** Who set which field: half of many an object, and never looked at here. */
const withoutManagedFields = <T extends Listed>(object: T): T => {
  const { managedFields, ...metadata } =
    (object as { readonly metadata?: { readonly managedFields?: unknown } }).metadata ?? {};
  return managedFields === undefined ? object : { ...object, metadata };
};

/**
 * A collection page by page, so that one of thousands needs neither the memory nor the time of a single answer.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 * @throws TagboatError `cluster-*`; of the status 410 where it took the reader so long that the server forgot the moment
 */
export async function* listPages<T extends Listed>(
  cluster: Cluster,
  { path, query, what, signal }: ListRequest,
): AsyncGenerator<{ readonly items: readonly T[]; readonly version: string }, void, undefined> {
  let next: string | undefined;
  do {
    const answer = (await cluster.api.json({
      method: 'GET',
      path,
      query: { ...query, limit: pageSize, continue: next },
      what: `list ${what}`,
      signal,
    })) as ObjectList<T>;
    const { resourceVersion = '', continue: token } = answer.metadata ?? {};
    yield { items: (answer.items ?? []).map(withoutManagedFields), version: resourceVersion };
    next = token === '' ? undefined : token;
  } while (next !== undefined);
}

/** All of a collection. @throws TagboatError as `listPages` */
export const listAll = async <T extends Listed>(
  cluster: Cluster,
  request: ListRequest,
): Promise<{ readonly items: readonly T[]; readonly version: string }> => {
  try {
    return await collect<T>(cluster, request);
  } catch (error) {
    // etcd forgets a moment after five minutes, and sooner where it is told to.
    if (statusOf(error) !== 410) throw error;
    return await collect<T>(cluster, request);
  }
};

const collect = async <T extends Listed>(cluster: Cluster, request: ListRequest) => {
  const items: T[] = [];
  let version = '';
  for await (const page of listPages<T>(cluster, request)) {
    // Not `push(...)`, whose arguments have to fit on the stack.
    for (const item of page.items) items.push(item);
    ({ version } = page);
  }
  return { items, version };
};
