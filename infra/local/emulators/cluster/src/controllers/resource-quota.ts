import { quotaStatus } from '../admission/quota.ts';
import { keyOf } from '../meta.ts';
import { events, quotas } from '../resources.ts';
import type { Controller, Tools } from './runner.ts';

/** Keeps `status.used` of ResourceQuotas. Source: k8s.io/kubernetes/pkg/controller/resourcequota */
export const createResourceQuotaController = ({ context, writes }: Tools): Controller => {
  const { store } = context;
  return {
    name: 'resourcequota-controller',
    keys: ({ resource, object }) => {
      if (resource.key === quotas.key) return [keyOf(object)];
      const { namespace } = object.metadata;
      return namespace === undefined || resource.key === events.key
        ? []
        : store.list(quotas, namespace).map(keyOf);
    },
    sync: (namespace, name) => {
      const quota = store.get(quotas, namespace, name);
      if (quota === undefined) return;
      writes.modify(quotas, quota, (draft) => {
        draft.status = quotaStatus(store, quota);
      });
    },
  };
};
