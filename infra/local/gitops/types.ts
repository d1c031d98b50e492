import type { ManifestObject } from '../../../lib/cluster/deliver/documents.ts';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';

/** An app in an environment, as far as the cluster is concerned. */
export type Target = {
  readonly app: string;
  readonly environmentName: string;
  readonly environment: EnvironmentConfig;
  /** Normalised name. */
  readonly image: string;
};

/** What Kustomize made of the config repo, or why it made nothing. */
export type Built =
  /** `directories` of the config repo; the root is `.`. */
  | { readonly type: 'built'; readonly tool: string; readonly directories: readonly string[] }
  | { readonly type: 'no-tool' }
  | { readonly type: 'failed'; readonly tool: string; readonly message: string };

/** A Deployment in the place of what only a cluster with the right controllers would make of the files. */
export type StandIn = {
  readonly name: string;
  /** `stefanprodan/podinfo:6.5.0` */
  readonly reference: string;
  /** What carries the image in the config repo: a kind (`HelmRelease`), or `values` for what is no object. */
  readonly carriers: readonly string[];
};

/** What the config repo says about an app in an environment. */
export type Desired = {
  readonly objects: readonly ManifestObject[];
  /** What is wrong with manifests that cannot be applied, with their paths. */
  readonly unreadable: readonly string[];
  /** Undefined: no Kustomization has to do with it. */
  readonly kustomize: Built | undefined;
  readonly standIn: StandIn | undefined;
  /** False where no file carries the image: a release would say so. */
  readonly isCarried: boolean;
  /** The tag that stands there now; undefined: none. */
  readonly tag: string | undefined;
};

/** What applying came to. */
export type Applied = {
  /** `Deployment web`, in the order in which they were applied. */
  readonly objects: readonly string[];
  /** Kinds that the cluster does not know. */
  readonly unknownKinds: readonly string[];
  readonly refused: readonly { readonly object: string; readonly message: string }[];
};

/** What was done for an app in an environment. */
export type Synced = { readonly target: Target } & (
  | (Omit<Desired, 'objects'> & {
      readonly type: 'applied';
      readonly revision: string;
      /** The same as long as the same is to be applied. */
      readonly fingerprint: string;
      readonly applied: Applied;
    })
  /** Another commit, and the same for this target. */
  | { readonly type: 'unchanged' }
  /** Its cluster is not the embedded one, where nothing is touched that no release touches. */
  | { readonly type: 'left-alone'; readonly tag: string | undefined }
  | { readonly type: 'failed'; readonly error: unknown }
);
