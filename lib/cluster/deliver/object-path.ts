import { groupPath } from '../connect/discovery.ts';
import type { ApplyStep } from './plan-apply.ts';

/** `/api/v1/namespaces/shop/services/web` */
export const objectPath = ({ object: { apiVersion, metadata }, resource }: ApplyStep): string => {
  const scope =
    metadata.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(metadata.namespace)}`;
  return `${groupPath(apiVersion)}${scope}/${resource.plural}/${encodeURIComponent(metadata.name)}`;
};
