/** The `delivery` of an event whose sender does not name it; the webhook function puts the id of the request in its place. */
export const unnamedDelivery = 'unknown';

/** What a sender may say of any push besides. */
type Pushed = {
  /**
   * When it happened, in milliseconds since 1970, where the payload says so; a hook may come hours later. It is the word of a
   * clock that may be wrong: see `lib/release/intake/late-push.ts`.
   */
  readonly pushedAt?: number | undefined;
};

/**
 * What every source's webhook is parsed into. All code behind `lib/sources` knows only this type.
 */
export type TagPushed = Pushed & {
  readonly type: 'tag-pushed';
  /** Name of the source in tagboat.yml, `github`. */
  readonly source: string;
  /** What the sender calls this delivery, for the record and the log. */
  readonly delivery: string;
  /** Host and path of the Git repository in lower case, without scheme and `.git`: `github.com/codertocat/hello-world`. */
  readonly repository: string;
  readonly tag: string;
  /** The commit the tag points at, where the payload says so. */
  readonly revision: string | undefined;
  /** The commit the tag pointed at before, where the payload says so: the tag has moved then. */
  readonly previous?: string | undefined;
  /** Who pushed, in the words of the sender. */
  readonly actor: string | undefined;
};

export type ImagePushed = Pushed & {
  readonly type: 'image-pushed';
  readonly source: string;
  readonly delivery: string;
  /** Normalised: `docker.io/devopswithkubernetes/okeydokey`. */
  readonly image: string;
  readonly tag: string;
  /** `sha256:…` where the payload says so and can be believed; undefined: the registry has to be asked. */
  readonly digest: string | undefined;
  readonly actor: string | undefined;
};

export type SourceEvent = TagPushed | ImagePushed;

/** Why (part of) a genuine webhook is no event. */
export type IgnoredReason =
  | 'ping'
  | 'event-not-used'
  | 'tag-deleted'
  | 'not-a-tag'
  | 'no-tag'
  | 'not-a-push'
  | 'not-an-image'
  | 'not-of-this-source';

export type Ignored = { readonly reason: IgnoredReason; readonly message: string };

export type Parsed = { readonly events: readonly SourceEvent[]; readonly ignored: readonly Ignored[] };
