/** What people are told about a release. Structurally a part of the record, so that notifiers know nothing of it. */
export type Notification = {
  readonly id: string;
  readonly number?: number | undefined;
  readonly app: string;
  readonly environment: string;
  readonly kind: 'release' | 'undo';
  readonly byHand?: boolean | undefined;
  readonly state: string;
  readonly code?: string | undefined;
  readonly image: string;
  readonly tag: string;
  readonly previous?: { readonly tag: string } | undefined;
  readonly reason?: string | undefined;
  /** How far the rollout is, in kubectl's words. */
  readonly progress?: string | undefined;
  readonly phase?: 'waiting-for-agent' | 'applied' | 'rolling-out' | 'paused' | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly paused?: { readonly by: string; readonly at: number } | undefined;
  readonly commit?: string | undefined;
  /** Where people look at it. */
  readonly commitUrl?: string | undefined;
  /** Where people look at what is new since the tag before. */
  readonly diffUrl?: string | undefined;
  readonly requestedBy: string;
  readonly undoneBy?: string | undefined;
  readonly undoneFrom?: string | undefined;
  /** Why it had failed before it was undone. */
  readonly failure?: { readonly reason: string } | undefined;
  /** `undo`: the tag that it takes away, and that is held. */
  readonly undoneTag?: string | undefined;
  readonly diagnosis: readonly {
    readonly summary: string;
    readonly evidence: readonly string[];
    readonly next: string;
    readonly workload?: string | undefined;
    readonly pod?: string | undefined;
    readonly container?: string | undefined;
    readonly count?: number | undefined;
  }[];
  /** True while it is what stands in its environment, so that there is something to undo or to pause. */
  readonly stands: boolean;
  /** True where Kubernetes can pause what is rolled out. */
  readonly canPause: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Undefined while it is under way. */
  readonly endedAt?: number | undefined;
  /** Slack's response_url of the command that asked for the release. */
  readonly responseUrl?: string | undefined;
  /** The Slack channel that it was asked for from, by its id. */
  readonly askedFrom?: string | undefined;
  /** `notify:` of the environment. */
  readonly notify: { readonly slack?: string | undefined };
};

/** What a notifier remembers of a release: what it showed, and where. Plain JSON, and small. */
export type Memory = Readonly<Record<string, unknown>>;

/** A way to tell people. */
export type Notifier = {
  readonly name: string;
  /** Whether anybody is to be told of this release at all. */
  concerns(notification: Notification): boolean;
  /**
   * Brings what people see up to date with the release. It is called for every change of it, perhaps twice and perhaps
   * late, always with the release as it is now, and never twice at once for the same release.
   * @param memory what was remembered the last time
   * @param remember to be called after every thing that was said, so that it is not said again
   * @throws TagboatError `notifier-failed`, terminal where trying again cannot help
   */
  tell(
    notification: Notification,
    memory: Memory | undefined,
    remember: (memory: Memory) => void,
  ): Promise<void>;
};
