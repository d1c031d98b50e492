/** What people are told about a release. Structurally a part of the record, so that notifiers know nothing of it. */
export type Notification = {
  readonly id: string;
  readonly app: string;
  readonly environment: string;
  readonly kind: 'release' | 'undo';
  /** The state this is about, which may be an earlier one than the release has now. */
  readonly state: string;
  readonly image: string;
  readonly tag: string;
  readonly previous?: { readonly tag: string } | undefined;
  readonly reason?: string | undefined;
  readonly commit?: string | undefined;
  /** Where people look at it. */
  readonly commitUrl?: string | undefined;
  readonly requestedBy: string;
  readonly diagnosis: readonly {
    readonly summary: string;
    readonly evidence: readonly string[];
    readonly next: string;
  }[];
  /** Slack's response_url of the command that asked for the release. */
  readonly responseUrl?: string | undefined;
  /** `notify:` of the environment. */
  readonly notify: { readonly slack?: string | undefined };
};

/** One place a notification goes to. */
export type Target = {
  /** Stable, so that a retry knows which targets were reached: `slack:channel`. */
  readonly name: string;
  /** @throws TagboatError `notifier-failed`, terminal where trying again cannot help */
  send(): Promise<void>;
};

/** A way to tell people. `targets` answers none where the notification is not for it. */
export type Notifier = { readonly name: string; targets(notification: Notification): readonly Target[] };
