import { isJob, isWorkloadKind } from '../objects/objects.ts';
import type { Delivery } from './delivery.ts';
import { carriesRelease } from './document-workload.ts';
import { type ManifestObject, readDocuments } from './documents.ts';

/** `"true"`: applied before what is not marked so. */
const firstAnnotation = 'tagboat.dev/first';

/** The hooks of Helm and Argo CD that run before a release. */
const hooksBefore: Readonly<Record<string, readonly string[]>> = {
  'helm.sh/hook': ['pre-install', 'pre-upgrade'],
  'argocd.argoproj.io/hook': ['PreSync'],
};

/**
 * Whether an object is marked to go before the others, by Tagboat's annotation or by those of Argo CD and Helm.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 * https://helm.sh/docs/topics/charts_hooks/
 */
const isMarked = ({ metadata: { annotations } }: ManifestObject): boolean => {
  const values = annotations ?? {};
  const hooks = Object.entries(hooksBefore).some(([name, before]) =>
    String(values[name] ?? '')
      .split(',')
      .some((hook) => before.includes(hook.trim())),
  );
  return (
    String(values[firstAnnotation]) === 'true' ||
    Number(values['argocd.argoproj.io/sync-wave'] ?? 0) < 0 ||
    hooks
  );
};

/** A Job that is marked, and what it may need beside it: a ConfigMap. What has a rollout is not waited for by anything. */
export const goesFirst = (object: ManifestObject): boolean =>
  isMarked(object) && !isWorkloadKind(object.apiVersion, object.kind);

export const isJobOfRelease = (object: ManifestObject, release: Delivery): boolean =>
  isJob(object) && carriesRelease(object, release);

/**
 * Whether there is a Job of the release that has to be complete before the rest is delivered.
 * @throws TagboatError `manifest-unparsable`, `manifest-not-applicable`
 */
export const hasFirstJobs = (delivery: Delivery): boolean =>
  delivery.mode === 'apply' &&
  delivery.leavesJobs !== true &&
  delivery.files
    .flatMap((file) => readDocuments(file, delivery.release))
    .some(({ object }) => goesFirst(object) && isJobOfRelease(object, delivery));

/** Whether an object is applied by this delivery. */
export const isDelivered = (object: ManifestObject, delivery: Delivery): boolean => {
  if (delivery.leavesJobs === true && isJobOfRelease(object, delivery)) return false;
  return delivery.part === undefined || goesFirst(object) === (delivery.part === 'first');
};
