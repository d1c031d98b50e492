import { pods, type Resource } from '../resources.ts';
import type { Store } from '../store.ts';
import type { KubeObject, Pod } from '../types.ts';
import { applyLimitRanges } from './limit-range.ts';
import { checkPodSecurity } from './pod-security.ts';
import { checkQuotas } from './quota.ts';
import { checkServiceAccount } from './service-account.ts';

/**
 * What a real API server asks before it stores a new object, in its order. Changes the object: a LimitRange has defaults.
 * Source: k8s.io/kubernetes/pkg/kubeapiserver/options/plugins.go
 * @throws ApiError 403
 */
export const admit = (store: Store, resource: Resource, object: KubeObject): void => {
  if (resource.key === pods.key) {
    const pod = object as Pod;
    applyLimitRanges(store, pod);
    checkServiceAccount(store, pod);
    checkPodSecurity(store, pod);
  }
  checkQuotas(store, resource, object);
};
