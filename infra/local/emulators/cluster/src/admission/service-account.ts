import { pods, serviceAccounts } from '../resources.ts';
import { forbidden } from '../status.ts';
import type { Store } from '../store.ts';
import type { Pod } from '../types.ts';

/**
 * Refuses a pod whose service account is not there. `default` is taken to be: a real cluster makes it along with the
 * namespace.
 * Source: k8s.io/kubernetes/plugin/pkg/admission/serviceaccount/admission.go
 * @throws ApiError 403
 */
export const checkServiceAccount = (store: Store, pod: Pod): void => {
  const { name, generateName, namespace } = pod.metadata;
  const { serviceAccountName: account = 'default' } = pod.spec;
  if (account === 'default' || store.get(serviceAccounts, namespace, account) !== undefined) return;
  throw forbidden(
    pods,
    // It is asked before the name is made up.
    generateName ?? name,
    `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
  );
};
