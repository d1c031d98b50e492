/** A version in the manifests; without a tag where a digest alone stands there. */
export type FoundVersion = { readonly tag?: string | undefined; readonly digest?: string | undefined };

/** The config repo says something else than what Tagboat committed last: somebody has changed it by hand. */
export type Drift = {
  /** Every version that its places in the manifests have, once each; none where the image is gone from them. */
  readonly found: readonly FoundVersion[];
  /** Why they cannot be read: what an error says of the place, and its code. Nothing is found then. */
  readonly unreadable?: { readonly code: string; readonly message: string } | undefined;
  /** The release that was committed last. */
  readonly release: string;
  readonly number?: number | undefined;
  readonly tag: string;
  /** The commit at which it was seen. */
  readonly revision: string;
  /** Since when it is known; ISO 8601, UTC. */
  readonly since: string;
};
