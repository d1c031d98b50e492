import type { WorkloadRef } from './objects.ts';

/** What keeps `set-image` from bringing an image to workloads of a kind, and what a person can do about it. */
export type Unsettable = { readonly why: string; readonly next: string };

const kinds: Readonly<Record<string, Unsettable>> = {
  Job: {
    why: 'Kubernetes does not let the pod template of a Job be changed',
    next: 'Delete the Job and create it again from the manifest (kubectl replace --force), take it out of `files`, or use `deliver: apply` with a Job of a new name for each release.',
  },
  ReplicaSet: {
    why: 'a ReplicaSet does not replace its pods when its template changes',
    next: 'Put a Deployment in its place, or replace its pods by hand.',
  },
  ReplicationController: {
    why: 'a ReplicationController does not replace its pods when its template changes',
    next: 'Put a Deployment in its place, or replace its pods by hand.',
  },
};

/** Undefined where the image of a workload of that kind can be set. */
export const unsettable = ({ kind }: WorkloadRef): Unsettable | undefined =>
  Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
