import type { ReleaseView } from '../view/release.ts';

/** Who wants to know of a release. */
export type Recipients = {
  /** `notify.slack` of the environment: the name or id of a channel. */
  readonly slack?: string | undefined;
  /** Slack's response_url of the command that asked for the release. A credential. */
  readonly responseUrl?: string | undefined;
  /** The Slack channel that it was asked for from, by its id. */
  readonly askedFrom?: string | undefined;
};

/** What a notifier remembers of a release: what it showed, and where. Plain JSON, and small. */
export type Memory = Readonly<Record<string, unknown>>;

/** A way to tell people. */
export type Notifier = {
  readonly name: string;
  /** Whether it can reach any of them. */
  concerns(recipients: Recipients): boolean;
  /**
   * Brings what people see up to date with the release. It is called for every change of it, perhaps twice and perhaps
   * late, always with the release as it is now, and never twice at once for the same release.
   * @param memory what was remembered the last time
   * @param remember to be called after every thing that was said, so that it is not said again
   * @throws TagboatError `notifier-failed`, terminal where trying again cannot help
   */
  tell(
    release: ReleaseView,
    recipients: Recipients,
    memory: Memory | undefined,
    remember: (memory: Memory) => void,
  ): Promise<void>;
};
