import { isObject } from '../json.ts';
import { ApiError } from '../status.ts';
import { type Body, parseObject } from './body.ts';
import { protobufType } from './protobuf.ts';

const apiVersion = 'authorization.k8s.io/v1';
const kind = 'SelfSubjectAccessReview';

export const accessReviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/**
 * The answer to what a token may do. There is one, and it may do everything.
 * https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
 * @throws ApiError 400, 415; 422 where it asks nothing
 */
export const reviewAccess = ({ text, type }: Body) => {
  const answer = { kind, apiVersion, metadata: {}, status: { allowed: true } };
  // kubectl asks in protobuf, of which only the messages that change something are read. The answer is the same.
  if (type === protobufType) return { ...answer, spec: {} };
  const { spec } = parseObject(text, type, { apiVersion, kind });
  const asks = isObject(spec) && (isObject(spec.resourceAttributes) || isObject(spec.nonResourceAttributes));
  if (!asks)
    throw new ApiError(
      422,
      'Invalid',
      `${kind}.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified`,
    );
  return { ...answer, spec };
};
