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
  /** For `kubernetes.io/change-cause`: app, tag and release id. */
  readonly changeCause: string;
};
