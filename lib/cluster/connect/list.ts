import type { ObjectList } from '../objects/objects.ts';
import { statusOf } from './api-error.ts';
import type { Cluster } from './cluster.ts';

type Listed = object;

type ListRequest = {
  /** Of a collection: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
};

/** Objects in a page. All pages of a list show the collection as it was at the first page. */
const pageSize = 500;

/** Records who set which field: often half of an object, and not used here. */
const withoutManagedFields = <T extends Listed>(object: T): T => {
  const { managedFields, ...metadata } =
    (object as { readonly metadata?: { readonly managedFields?: unknown } }).metadata ?? {};
  return managedFields === undefined ? object : { ...object, metadata };
};

/**
 * A collection page by page, so that one of thousands needs neither the memory nor the time of a single answer.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 * @throws TagboatError `cluster-*`; with status 410 where the caller took so long that the list's version has expired
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
    // etcd keeps a version for five minutes, and for less where it is configured so.
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
