import type { ReleaseImage } from '../objects/template-image.ts';

export type ManifestFile = { readonly path: string; readonly text: string };

export type Delivery = ReleaseImage & {
  readonly mode: 'apply' | 'set-image' | 'agent';
  /** The environment's. */
  readonly namespace: string;
  /** The manifests that carry the image, after rewriting. */
  readonly files: readonly ManifestFile[];
  /** `apply`: what may be applied besides the kinds that every environment allows. */
  readonly kinds?: readonly string[] | undefined;
  /** ISO 8601. Where it is given, the workloads with a rollout are restarted, once for each such time. */
  readonly restartedAt?: string | undefined;
  /** Id of the release, which Jobs are named and marked after. */
  readonly release?: string | undefined;
  /** `apply`: a Job of an earlier release that has the name of the new one is deleted once it has ended. */
  readonly replaceJobs?: boolean | undefined;
  /** `apply`: the Jobs of the release are left alone, as an undo does: what a migration did is not undone by running an older one. */
  readonly leavesJobs?: boolean | undefined;
  /** `apply`: only what goes first, or only the rest; absent: all of it. See `goesFirst`. */
  readonly part?: 'first' | 'rest' | undefined;
  /** For `kubernetes.io/change-cause`: app, tag and release id. */
  readonly changeCause: string;
};
