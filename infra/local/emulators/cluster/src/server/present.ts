import type { JsonObject } from '../json.ts';
import type { Resource } from '../resources.ts';
import type { KubeObject } from '../types.ts';
import { columnsOf } from './columns.ts';

/** In which form the client wants objects: as they are, as rows for people, or only their metadata. */
type Form = 'object' | 'table' | 'metadata';

/** The first form of an Accept header that is served; JSON (or what is not known) means objects. */
export const formOf = (accept: string | undefined): Form => {
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (type !== 'application/json') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (as === 'Table') return 'table';
    if (as.startsWith('PartialObjectMetadata')) return 'metadata';
  }
  return 'object';
};

const metadataOf = ({ metadata }: KubeObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

/** Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
const table = (
  resource: Resource,
  items: readonly KubeObject[],
  metadata: JsonObject,
  include: string | null,
  now: number,
): JsonObject => {
  const columns = columnsOf(resource.kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, priority }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority,
    })),
    rows: items.map((item) => ({
      cells: columns.map((column) => column.cell(item, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? item : metadataOf(item) }),
    })),
  };
};

/** @param include the `includeObject` of the query: None, Metadata or Object */
export const createPresenter = (
  form: Form,
  resource: Resource,
  include: string | null,
  now: () => number,
): {
  one(object: KubeObject): unknown;
  list(items: readonly KubeObject[], metadata: JsonObject): unknown;
} => {
  if (form === 'table')
    return {
      one: (object) =>
        table(resource, [object], { resourceVersion: object.metadata.resourceVersion }, include, now()),
      list: (items, metadata) => table(resource, items, metadata, include, now()),
    };
  if (form === 'metadata')
    return {
      one: metadataOf,
      list: (items, metadata) => ({
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: items.map(metadataOf),
      }),
    };
  return {
    one: (object) => object,
    list: (items, metadata) => ({
      kind: `${resource.kind}List`,
      apiVersion: resource.apiVersion,
      metadata,
      items,
    }),
  };
};
