import { asArray, asObject } from '../json.ts';
import { parseQuantity } from '../quantity.ts';
import { limitRanges, pods } from '../resources.ts';
import { forbidden } from '../status.ts';
import type { Store } from '../store.ts';
import type { Container, Pod } from '../types.ts';

type Amounts = Readonly<Record<string, string | number>>;

/** One entry of `spec.limits`. */
type Limit = {
  readonly type?: string;
  readonly max?: Amounts;
  readonly min?: Amounts;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
};

/** Source: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem */
const defaultsOf = (limit: Limit): { readonly limits: Amounts; readonly requests: Amounts } => {
  const limits = { ...limit.max, ...limit.default };
  return { limits, requests: { ...limit.min, ...limits, ...limit.defaultRequest } };
};

const fillIn = (container: Container, limit: Limit): void => {
  const { limits, requests } = defaultsOf(limit);
  const own = container.resources ?? {};
  const filled = {
    limits: { ...limits, ...own.limits },
    // What a container limits and does not ask for, it asks for in full.
    requests: { ...requests, ...own.limits, ...own.requests },
  };
  container.resources = Object.fromEntries(
    Object.entries(filled).filter(([, amounts]) => Object.keys(amounts).length > 0),
  );
};

const problemsOf = (limit: Limit, container: Container): readonly string[] => {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const problems: string[] = [];
  const check = (side: 'minimum' | 'maximum', bounds: Amounts = {}): void => {
    for (const [name, bound] of Object.entries(bounds)) {
      const says = `${side} ${name} usage per Container is ${bound}`;
      const breaks = (amount: string | number | undefined): boolean =>
        amount !== undefined &&
        (side === 'minimum'
          ? parseQuantity(amount) < parseQuantity(bound)
          : parseQuantity(amount) > parseQuantity(bound));
      const [first, second] =
        side === 'minimum' ? (['request', 'limit'] as const) : (['limit', 'request'] as const);
      const amounts = { request: requests[name], limit: limits[name] };
      if (amounts[first] === undefined) problems.push(`${says}.  No ${first} is specified`);
      else if (breaks(amounts[first])) problems.push(`${says}, but ${first} is ${amounts[first]}`);
      else if (breaks(amounts[second])) problems.push(`${says}, but ${second} is ${amounts[second]}`);
    }
  };
  check('minimum', limit.min);
  check('maximum', limit.max);
  for (const [name, most] of Object.entries(limit.maxLimitRequestRatio ?? {})) {
    const ratio = parseQuantity(limits[name]) / parseQuantity(requests[name]);
    if (ratio > parseQuantity(most))
      problems.push(
        `${name} max limit to request ratio per Container is ${most}, but provided ratio is ${ratio.toFixed(6)}`,
      );
  }
  return problems;
};

/**
 * Gives the containers of a pod the defaults of the namespace's LimitRanges and refuses what is beyond their bounds. Those
 * of type Pod and PersistentVolumeClaim are stored only.
 * Source: k8s.io/kubernetes/plugin/pkg/admission/limitranger/admission.go
 * @throws ApiError 403
 */
export const applyLimitRanges = (store: Store, pod: Pod): void => {
  const ofContainers = store
    .list(limitRanges, pod.metadata.namespace)
    .flatMap((range) => asArray(asObject(range.spec).limits) as readonly Limit[])
    .filter(({ type }) => type === 'Container');
  for (const limit of ofContainers)
    for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])])
      fillIn(container, limit);
  const problems = ofContainers.flatMap((limit) =>
    pod.spec.containers.flatMap((container) => problemsOf(limit, container)),
  );
  if (problems.length > 0)
    throw forbidden(
      pods,
      pod.metadata.name,
      problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`,
    );
};
