import { TagboatError } from '../../errors.ts';
import { mapping } from '../../mapping.ts';
import { statusOf } from './api-error.ts';
import type { Cluster } from './cluster.ts';

/** Something that a role may allow. */
export type Access = {
  readonly verb: 'get' | 'create' | 'patch' | 'list' | 'watch' | 'delete';
  /** Empty for the core group. */
  readonly group: string;
  /** In the plural: `deployments`. */
  readonly resource: string;
  /** Undefined for what is cluster-scoped. */
  readonly namespace: string | undefined;
  /** Undefined: objects of every name. */
  readonly name?: string | undefined;
};

/** True where it is allowed, or nobody can tell: then the request itself will show. */
export type AccessReviews = (access: Access) => Promise<boolean>;

/** Who may not ask, or asks a server that does not know the question. */
const unanswered: ReadonlySet<number | undefined> = new Set([403, 404, 405]);

const ask = async (cluster: Cluster, access: Access): Promise<boolean> => {
  try {
    const review = await cluster.api.json({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        type: 'application/json',
        value: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: access },
        },
      },
      what: `ask whether ${describeAccess(access)} is allowed`,
    });
    const { allowed, denied, evaluationError } = mapping(mapping(review).status);
    if (allowed === true) return true;
    // An authorizer that could not be asked has not said no.
    return denied !== true && typeof evaluationError === 'string' && evaluationError !== '';
  } catch (error) {
    if (error instanceof TagboatError && unanswered.has(statusOf(error))) return true;
    throw error;
  }
};

/** `patch deployments.apps in shop`, for messages. */
export const describeAccess = ({ verb, group, resource, namespace, name }: Access): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;

/**
 * Asks the API server what the credentials may do, each question once for as long as this is kept.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 * @throws TagboatError `cluster-*` where the server does not answer, or does not know the credentials
 */
export const createAccessReviews = (cluster: Cluster): AccessReviews => {
  const known = new Map<string, Promise<boolean>>();
  return (access) => {
    const key = describeAccess(access);
    const answer = known.get(key) ?? ask(cluster, access);
    known.set(key, answer);
    return answer;
  };
};
