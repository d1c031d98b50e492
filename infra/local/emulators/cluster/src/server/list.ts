import { isObject, type JsonObject } from '../json.ts';
import { keyOf } from '../meta.ts';
import type { Resource } from '../resources.ts';
import { type Matcher, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { badRequest, expired } from '../status.ts';
import type { Store } from '../store.ts';
import type { KubeObject } from '../types.ts';

/** Both selectors of a query, as one. @throws ApiError 400 */
export const selectorOf = (query: URLSearchParams, resource: Resource): Matcher<KubeObject> => {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource);
  return (object) => labels(object.metadata.labels) && fields(object);
};

const continueKey = (token: string): { readonly version: number; readonly after: string } => {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (isObject(decoded) && typeof decoded.after === 'string' && typeof decoded.version === 'number')
      return { version: decoded.version, after: decoded.after };
  } catch {
    // falls through to the refusal
  }
  throw badRequest('invalid continue token: continue key is not valid');
};

/**
 * A page of a collection.
 * @throws ApiError 400 (selectors, limit, continue), 410 (the continue token is too old)
 */
export const listObjects = (
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
): { readonly metadata: JsonObject; readonly items: readonly KubeObject[] } => {
  const matches = selectorOf(query, resource);
  const token = query.get('continue');
  const page = token === null || token === '' ? undefined : continueKey(token);
  if (page !== undefined && page.version < store.oldest()) throw expired(page.version, store.oldest());
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest('limit: must be a non-negative integer');
  const found = store
    .list(resource, namespace)
    .filter((object) => matches(object) && (page === undefined || keyOf(object) > page.after));
  const items = limit > 0 ? found.slice(0, limit) : found;
  const last = items.at(-1);
  const version = page?.version ?? store.version();
  const isPartial = last !== undefined && items.length < found.length;
  const next = isPartial
    ? Buffer.from(JSON.stringify({ version, after: keyOf(last) })).toString('base64url')
    : undefined;
  return {
    metadata: {
      resourceVersion: String(version),
      ...(next === undefined ? {} : { continue: next, remainingItemCount: found.length - items.length }),
    },
    items,
  };
};
