import { admit } from './admission/admit.ts';
import type { Context } from './context.ts';
import { setDefaults } from './defaults.ts';
import { equal, type JsonObject, withoutEmpty } from './json.ts';
import { serverSideApply } from './patch/apply.ts';
import { type Manager, sameOwners, trackUpdate } from './patch/managed-fields.ts';
import { prepareForCreate, prepareForUpdate } from './prepare.ts';
import { namespaces, type Resource } from './resources.ts';
import { ApiError, alreadyExists, badRequest, conflict, forbidden, notFound } from './status.ts';
import type { KubeObject, ManagedFieldsEntry } from './types.ts';
import { typeProblems } from './validate/types.ts';
import { unknownFields } from './validate/unknown.ts';
import { validate } from './validate/validate.ts';

export type WriteOptions = {
  readonly fieldManager: string;
  readonly dryRun: boolean;
  /** Whether fields that the kind does not have are refused; an apply always refuses them. */
  readonly strict: boolean;
  readonly subresource?: 'status' | 'scale' | undefined;
};

/** What the API does to objects on behalf of clients: checked, defaulted, with field managers. */
export type Registry = {
  /** @throws ApiError 404 (namespace), 409 (exists), 400, 422 */
  create(
    resource: Resource,
    namespace: string | undefined,
    body: KubeObject,
    options: WriteOptions,
  ): KubeObject;
  /** Replaces what is stored by what `change` makes of it. @throws ApiError 404, 409 (stale resourceVersion), 400, 422 */
  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    change: (live: KubeObject) => KubeObject,
    options: WriteOptions,
  ): KubeObject;
  /** @throws ApiError 409 (conflicts with other managers), 404, 400, 422 */
  apply(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: KubeObject,
    options: WriteOptions & { readonly force: boolean },
  ): { readonly object: KubeObject; readonly created: boolean };
};

/** @throws ApiError 400 where a field has the wrong JSON type, or is none of the kind's */
const checkFields = (resource: Resource, object: KubeObject, strict: boolean): void => {
  const unknown = strict ? unknownFields(object) : [];
  if (unknown.length > 0)
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${unknown.map((path) => `unknown field "${path}"`).join(', ')}`,
    );
  const problem = typeProblems(object)[0];
  if (problem !== undefined)
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal ${problem.found} into Go struct field .${problem.path} of type ${problem.expected}`,
    );
};

/**
 * An apply is checked against the schema before anything else, and a real server answers 500 where it does not fit.
 * Source: k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go
 */
const checkTyped = (
  resource: Resource,
  namespace: string | undefined,
  name: string,
  object: KubeObject,
): void => {
  const problems = [
    ...unknownFields(object).map((path) => `.${path}: field not declared in schema`),
    ...typeProblems(object).map(
      ({ path, expected, found }) => `.${path}: expected ${expected}, got ${found}`,
    ),
  ];
  if (problems.length === 0) return;
  const list =
    problems.length === 1 ? problems[0] : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  throw new ApiError(
    500,
    'InternalError',
    `failed to create typed patch object (${namespace ?? ''}/${name}; ${resource.apiVersion}, Kind=${resource.kind}): ${list}`,
  );
};

const decode = (
  resource: Resource,
  namespace: string | undefined,
  body: KubeObject,
  strict: boolean,
): KubeObject => {
  const object = withoutEmpty(body) as KubeObject;
  if (typeof object.metadata !== 'object') (object as JsonObject).metadata = { name: '' };
  object.metadata.name ??= '';
  const given = object.metadata.namespace;
  if (namespace !== undefined && given !== undefined && given !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (namespace === undefined) delete object.metadata.namespace;
  else object.metadata.namespace = namespace;
  checkFields(resource, object, strict);
  return object;
};

/** A pod waits for its kubelet too, which asks for its deletion without any grace once the containers have ended. */
const isGone = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).length === 0 &&
  (object.kind !== 'Pod' || object.metadata.deletionGracePeriodSeconds === 0) &&
  object.kind !== 'Namespace';

export const createRegistry = (context: Context): Registry => {
  const { store } = context;

  const checkNamespace = (resource: Resource, namespace: string | undefined, name: string): void => {
    if (namespace === undefined) return;
    const found = store.get(namespaces, undefined, namespace);
    if (found === undefined) throw notFound(namespaces, namespace);
    if (found.metadata.deletionTimestamp !== undefined)
      throw forbidden(
        resource,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
  };

  const managerOf = (
    resource: Resource,
    options: WriteOptions,
    operation: Manager['operation'],
  ): Manager => ({
    name: options.fieldManager,
    operation,
    apiVersion: resource.apiVersion,
    subresource: options.subresource,
  });

  const insert = (
    resource: Resource,
    namespace: string | undefined,
    object: KubeObject,
    dryRun: boolean,
    fields: (created: KubeObject) => readonly ManagedFieldsEntry[],
  ): KubeObject => {
    checkNamespace(resource, namespace, object.metadata.name);
    setDefaults(object);
    const created = prepareForCreate(context, resource, object);
    const { name } = created.metadata;
    if (store.get(resource, namespace, name) !== undefined) throw alreadyExists(resource, name);
    validate(resource, created);
    admit(store, resource, created);
    created.metadata.managedFields = [...fields(created)];
    return dryRun ? created : store.put(resource, created);
  };

  const replace = (
    resource: Resource,
    live: KubeObject,
    next: KubeObject,
    options: WriteOptions,
    fields: (prepared: KubeObject) => readonly ManagedFieldsEntry[],
  ): KubeObject => {
    const { resourceVersion, uid } = next.metadata;
    if (resourceVersion && resourceVersion !== live.metadata.resourceVersion)
      throw conflict(resource, live.metadata.name);
    next.metadata.uid = uid || live.metadata.uid;
    setDefaults(next);
    const prepared = prepareForUpdate(
      resource,
      live,
      next,
      options.subresource === 'status' ? 'status' : undefined,
    );
    validate(resource, prepared, live);
    const managedFields = fields(prepared);
    const bare = (object: KubeObject) => ({
      ...object,
      metadata: { ...object.metadata, managedFields: undefined },
    });
    if (equal(bare(live), bare(prepared)) && sameOwners(live.metadata.managedFields, managedFields))
      return live;
    prepared.metadata.managedFields = [...managedFields];
    if (options.dryRun) return prepared;
    const stored = store.put(resource, prepared);
    if (isGone(stored)) store.remove(resource, stored.metadata.namespace, stored.metadata.name);
    return stored;
  };

  return {
    create: (resource, namespace, body, options) =>
      insert(
        resource,
        namespace,
        decode(resource, namespace, body, options.strict),
        options.dryRun,
        (created) => trackUpdate(undefined, created, managerOf(resource, options, 'Update'), context.now()),
      ),
    update: (resource, namespace, name, change, options) => {
      const live = store.get(resource, namespace, name);
      if (live === undefined) throw notFound(resource, name);
      const next = decode(resource, namespace, change(structuredClone(live)), options.strict);
      if (next.metadata.name !== name)
        throw badRequest(
          `the name of the object (${next.metadata.name}) does not match the name on the URL (${name})`,
        );
      return replace(resource, live, next, options, (prepared) =>
        trackUpdate(live, prepared, managerOf(resource, options, 'Update'), context.now()),
      );
    },
    apply: (resource, namespace, name, body, options) => {
      checkTyped(resource, namespace, name, withoutEmpty(body) as KubeObject);
      const applied = decode(resource, namespace, body, true);
      applied.metadata.name ||= name;
      if (applied.metadata.name !== name)
        throw badRequest(
          `the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`,
        );
      if (applied.metadata.managedFields !== undefined)
        throw badRequest('metadata.managedFields must be nil');
      const live = store.get(resource, namespace, name);
      const manager = managerOf(resource, options, 'Apply');
      const { uid, resourceVersion, creationTimestamp: _time, ...metadata } = applied.metadata;
      const configuration = { ...applied, metadata } as KubeObject;
      const result = serverSideApply({
        live,
        applied: configuration,
        manager,
        force: options.force,
        now: context.now(),
      });
      const object = structuredClone(result.object);
      if (live === undefined)
        return {
          object: insert(resource, namespace, object, options.dryRun, () => result.managedFields),
          created: true,
        };
      object.metadata.resourceVersion = resourceVersion ?? '';
      if (uid) object.metadata.uid = uid;
      return { object: replace(resource, live, object, options, () => result.managedFields), created: false };
    },
  };
};
