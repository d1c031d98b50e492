import type { JsonObject } from '../json.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge-patch.ts';
import type { Registry, WriteOptions } from '../rest-storage.ts';
import { ApiError, badRequest } from '../status.ts';
import type { KubeObject } from '../types.ts';
import { parseObject, parsePatch } from './body.ts';
import type { Route } from './route.ts';
import { toScale, withScale } from './scale.ts';

const applyTypes: Readonly<Record<string, (target: unknown, patch: unknown) => unknown>> = {
  'application/json-patch+json': applyJsonPatch,
  'application/merge-patch+json': applyMergePatch,
  'application/strategic-merge-patch+json': applyStrategicMergePatch,
};

const requireManager = (query: URLSearchParams): void => {
  if (query.get('fieldManager')) return;
  const cause = {
    reason: 'FieldValueRequired',
    message: 'Required value: is required for apply patch',
    field: 'fieldManager',
  };
  throw new ApiError(
    422,
    'Invalid',
    `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${cause.message}`,
    { group: 'meta.k8s.io', kind: 'PatchOptions', causes: [cause] },
  );
};

/**
 * PATCH, of all four kinds.
 * @throws ApiError
 */
export const patchObject = (
  registry: Registry,
  route: Route & { readonly name: string },
  request: { readonly text: string; readonly type: string; readonly query: URLSearchParams },
  options: WriteOptions,
): { readonly object: KubeObject; readonly created: boolean } => {
  const { resource, namespace, name } = route;
  const { text, type, query } = request;
  if (type === 'application/apply-patch+yaml') {
    requireManager(query);
    const body = parseObject(text, type, resource);
    return registry.apply(resource, namespace, name, body, {
      ...options,
      force: query.get('force') === 'true',
    });
  }
  const patch = parsePatch(text, type);
  const apply = applyTypes[type];
  if (apply === undefined) throw badRequest(`unknown patch type ${type}`);
  if (apply === applyStrategicMergePatch && resource.group === 'argoproj.io')
    // Custom resources have no merge keys.
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  const change = (live: KubeObject): KubeObject => {
    if (options.subresource === 'scale') return withScale(live, apply(toScale(live), patch));
    const patched = apply(live, patch) as JsonObject;
    // The version the patch was computed from is not a precondition, unless the patch itself names one.
    const metadata = patched.metadata as KubeObject['metadata'];
    return {
      ...patched,
      metadata: { ...metadata, managedFields: live.metadata.managedFields },
    } as KubeObject;
  };
  return { object: registry.update(resource, namespace, name, change, options), created: false };
};
