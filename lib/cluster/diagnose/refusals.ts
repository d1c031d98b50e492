import type { DiagnosisCause } from './finding.ts';

/** Why the API server refuses to create pods, and what to change. */
type Refusal = {
  readonly cause: DiagnosisCause;
  readonly says: string;
  readonly next: string;
  /** True where it was not the image that was refused: the pod template is what it was before. */
  readonly isOutside?: true;
};

type Rule = {
  readonly words: RegExp;
  readonly read: (match: readonly string[], namespace: string) => Refusal;
};

/** `pods=1,requests.cpu=50m` → resource → amount */
const amounts = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(',').map((pair) => {
      const [name = '', amount = ''] = pair.split('=');
      return [name.trim(), amount];
    }),
  );

const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/**
 * The messages of the admission plugins.
 * Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go, k8s.io/kubernetes/plugin/pkg/admission
 * (limitranger, serviceaccount, priority, podsecurity), k8s.io/apiserver/pkg/admission/plugin/webhook/errors
 */
const rules: readonly Rule[] = [
  {
    words: /exceeded quota: (\S+), requested: (.+), used: (.+), limited: (.+)$/,
    read: ([, quota = '', requested = '', used = '', limited = ''], namespace) => {
      const [usedOf, limitOf] = [amounts(used), amounts(limited)];
      const short = [...amounts(requested)].map(
        ([name, amount]) =>
          `${name}: ${amount} more asked for, ${usedOf.get(name)} of ${limitOf.get(name)} used`,
      );
      return {
        cause: 'quota',
        says: `the quota ${quota} has no room (${short.join('; ')})`,
        next: `Raise the quota ${quota} (kubectl describe quota ${quota} -n ${namespace}) or ask for less; a rollout also needs room for the pods it makes before old ones go.`,
      };
    },
  },
  {
    words: /failed quota: (\S+): must specify (.+)$/,
    read: ([, quota = '', missing = '']) => {
      // `limits.cpu for: web,proxy; limits.memory for: web`; before 1.24 `limits.cpu,limits.memory`
      const names = missing
        .split(missing.includes(' for: ') ? ';' : ',')
        .map((part) => part.replace(/ for: .*/, '').trim());
      return {
        cause: 'quota',
        says: `the quota ${quota} wants every container to set ${list(names)}`,
        next: `Set resources.${names.join(', resources.')} in every container, or give the namespace a LimitRange with defaults for them.`,
      };
    },
  },
  {
    words: /insufficient quota to (?:match these scopes|consume): (.+)$/,
    read: ([, scopes = ''], namespace) => ({
      cause: 'quota',
      says: `no quota of the namespace allows pods of this kind (${scopes})`,
      next: `Give namespace ${namespace} a quota with that scope, or change the priority class of the pod.`,
    }),
  },
  {
    words:
      /is forbidden: (\[?(?:maximum|minimum) \S+ usage per .+|\[?\S+ max limit to request ratio per .+)$/,
    read: ([, words = ''], namespace) => ({
      cause: 'policy',
      isOutside: true,
      says: `a LimitRange refuses them: ${words.replace(/^\[|\]$/g, '')}`,
      next: `Change the resources of the containers to what the LimitRange allows: kubectl describe limitrange -n ${namespace}`,
    }),
  },
  {
    words: /violates PodSecurity "([^"]+)": (.+)$/,
    read: ([, level = '', words = ''], namespace) => ({
      cause: 'policy',
      isOutside: true,
      says: `they violate PodSecurity "${level}": ${words.replaceAll(/ \([^()]*(?:\([^()]*\)[^()]*)*\)/g, '')}`,
      next: `Set in the securityContext of the pod what the message lists, or change the label pod-security.kubernetes.io/enforce of namespace ${namespace}.`,
    }),
  },
  {
    words: /failed calling webhook "([^"]+)": (.+)$/,
    read: ([, webhook = '', words = '']) => ({
      cause: 'policy',
      isOutside: true,
      says: `the admission webhook ${webhook} does not answer: ${words}`,
      next: `Look at the pods and the Service behind the webhook ${webhook}; until it answers, no pod is made.`,
    }),
  },
  {
    words: /admission webhook "([^"]+)" denied the request:? ?(.*)$/s,
    read: ([, webhook = '', words = '']) => ({
      cause: 'policy',
      says: `the admission webhook ${webhook} denies them: ${words.replaceAll(/\s+/g, ' ').trim() || 'without a reason'}`,
      next: `Change the pod template as the message says, or ask whoever runs the webhook ${webhook}.`,
    }),
  },
  {
    words: /ValidatingAdmissionPolicy '([^']+)' with binding '[^']+' denied request: (.+)$/,
    read: ([, policy = '', words = '']) => ({
      cause: 'policy',
      says: `the ValidatingAdmissionPolicy ${policy} denies them: ${words}`,
      next: `Change the pod template as the message says, or ask whoever owns the policy ${policy}.`,
    }),
  },
  {
    words: /unable to validate against any security context constraint/,
    read: (_, namespace) => ({
      cause: 'policy',
      isOutside: true,
      says: 'no security context constraint allows them',
      next: `Ask for less in the securityContext of the pod, or give its service account in ${namespace} another constraint.`,
    }),
  },
  {
    words: /service account ([^/\s]+)\/(\S+?)(?:: .*not found| was not found.*)$/,
    read: ([, namespace = '', name = '']) => ({
      cause: 'missing-reference',
      says: `the service account ${namespace}/${name} does not exist`,
      next: `Create the ServiceAccount ${name} (kubectl create serviceaccount ${name} -n ${namespace}), or correct serviceAccountName in the pod template.`,
    }),
  },
  {
    words: /no (PriorityClass) with name (\S+) was found|(RuntimeClass) "([^"]+)" not found/,
    read: ([, priority, priorityName, runtime, runtimeName]) => {
      const [kind, name] = [priority ?? runtime ?? '', priorityName ?? runtimeName ?? ''];
      return {
        cause: 'missing-reference',
        says: `the ${kind} ${name} does not exist`,
        next: `Create the ${kind} ${name}, or correct ${kind.charAt(0).toLowerCase()}${kind.slice(1)}Name in the pod template.`,
      };
    },
  },
];

/** What a message of the API server means. */
export const readRefusal = (message: string, namespace: string): Refusal => {
  for (const { words, read } of rules) {
    const match = words.exec(message);
    if (match !== null) return read([...match], namespace);
  }
  return {
    cause: 'unknown',
    says: message,
    next: 'Read the words of the API server and correct the pod template.',
  };
};
