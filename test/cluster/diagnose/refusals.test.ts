import { describe, expect, it } from 'vitest';
import { readRefusal } from '../../../lib/cluster/diagnose/refusals.ts';

/** As API servers wrote them. */
describe('pods that the API server refuses', () => {
  it.each<[string, string, string, string]>([
    [
      'exceeded quota: team, requested: limits.memory=1Gi,pods=1, used: limits.memory=2Gi,pods=5, limited: limits.memory=2Gi,pods=5',
      'quota',
      'the quota team has no room (limits.memory: 1Gi more asked for, 2Gi of 2Gi used; pods: 1 more asked for, 5 of 5 used)',
      'Raise the quota team (kubectl describe quota team -n shop) or ask for less; a rollout also needs room for the pods it makes before old ones go.',
    ],
    [
      'failed quota: team: must specify limits.cpu for: web,proxy; requests.memory for: proxy',
      'quota',
      'the quota team wants every container to set limits.cpu and requests.memory',
      'Set resources.limits.cpu, resources.requests.memory in every container, or give the namespace a LimitRange with defaults for them.',
    ],
    [
      'failed quota: team: must specify limits.cpu,limits.memory,requests.cpu',
      'quota',
      'the quota team wants every container to set limits.cpu, limits.memory and requests.cpu',
      'Set resources.limits.cpu, resources.limits.memory, resources.requests.cpu in every container, or give the namespace a LimitRange with defaults for them.',
    ],
    [
      'insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]',
      'quota',
      'no quota of the namespace allows pods of this kind ([{PriorityClass In [system-node-critical]}])',
      'Give namespace shop a quota with that scope, or change the priority class of the pod.',
    ],
    [
      '[maximum cpu usage per Container is 2, but limit is 4, maximum cpu usage per Pod is 4, but limit is 5]',
      'policy',
      'a LimitRange refuses them: maximum cpu usage per Container is 2, but limit is 4, maximum cpu usage per Pod is 4, but limit is 5',
      'Change the resources of the containers to what the LimitRange allows: kubectl describe limitrange -n shop',
    ],
    [
      'cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000',
      'policy',
      'a LimitRange refuses them: cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000',
      'Change the resources of the containers to what the LimitRange allows: kubectl describe limitrange -n shop',
    ],
    [
      'violates PodSecurity "baseline:v1.32": host namespaces (hostNetwork=true), privileged (container "web" must not set securityContext.privileged=true)',
      'policy',
      'they violate PodSecurity "baseline:v1.32": host namespaces, privileged',
      'Set in the securityContext of the pod what the message lists, or change the label pod-security.kubernetes.io/enforce of namespace shop.',
    ],
    [
      'unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user or serviceaccount]',
      'policy',
      'no security context constraint allows them',
      'Ask for less in the securityContext of the pod, or give its service account in shop another constraint.',
    ],
    [
      "ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest-shop' denied request: images need a tag",
      'policy',
      'the ValidatingAdmissionPolicy no-latest denies them: images need a tag',
      'Change the pod template as the message says, or ask whoever owns the policy no-latest.',
    ],
    [
      'error looking up service account shop/web: serviceaccount "web" not found',
      'missing-reference',
      'the service account shop/web does not exist',
      'Create the ServiceAccount web (kubectl create serviceaccount web -n shop), or correct serviceAccountName in the pod template.',
    ],
    [
      'no PriorityClass with name urgent was found',
      'missing-reference',
      'the PriorityClass urgent does not exist',
      'Create the PriorityClass urgent, or correct priorityClassName in the pod template.',
    ],
    [
      'pod rejected: RuntimeClass "gvisor" not found',
      'missing-reference',
      'the RuntimeClass gvisor does not exist',
      'Create the RuntimeClass gvisor, or correct runtimeClassName in the pod template.',
    ],
  ])('%s', (words, cause, says, next) => {
    expect(readRefusal(`pods "web-6f7c9d-x2k4m" is forbidden: ${words}`, 'shop')).toMatchObject({
      cause,
      says,
      next,
    });
  });

  it.each<[string, string, string]>([
    [
      'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/web was blocked due to the following policies\n\nrequire-team-label:\n  check-team-label: \'validation error: the label team is required.\'',
      "the admission webhook validate.kyverno.svc-fail denies them: resource Pod/shop/web was blocked due to the following policies require-team-label: check-team-label: 'validation error: the label team is required.'",
      'Change the pod template as the message says, or ask whoever runs the webhook validate.kyverno.svc-fail.',
    ],
    [
      'Internal error occurred: failed calling webhook "sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": dial tcp 10.96.1.2:443: connect: connection refused',
      'the admission webhook sidecar-injector.istio.io does not answer: failed to call webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": dial tcp 10.96.1.2:443: connect: connection refused',
      'Look at the pods and the Service behind the webhook sidecar-injector.istio.io; until it answers, no pod is made.',
    ],
  ])('%s', (words, says, next) => {
    expect(readRefusal(words, 'shop')).toMatchObject({ cause: 'policy', says, next });
  });

  it.each<[string, true | undefined]>([
    ['pods "web" is forbidden: maximum cpu usage per Container is 2, but limit is 4', true],
    [
      'pods "web" is forbidden: violates PodSecurity "baseline:v1.32": host namespaces (hostNetwork=true)',
      true,
    ],
    ['failed calling webhook "sidecar-injector.istio.io": connection refused', true],
    ['pods "web" is forbidden: unable to validate against any security context constraint: []', true],
    ['admission webhook "cosign.sigstore.dev" denied the request: the image has no signature', undefined],
    ["ValidatingAdmissionPolicy 'no-latest' with binding 'b' denied request: images need a tag", undefined],
  ])('tells what no other image would mend: %s', (words, isOutside) => {
    expect(readRefusal(words, 'shop').isOutside).toBe(isOutside);
  });

  it('leaves words that it does not know as they are', () => {
    expect(readRefusal('pods "web" is forbidden: because', 'shop')).toEqual({
      cause: 'unknown',
      says: 'pods "web" is forbidden: because',
      next: 'Read the words of the API server and correct the pod template.',
    });
  });
});
