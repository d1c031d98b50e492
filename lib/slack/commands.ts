/**
 * A command, parsed and resolved against tagboat.yml: names are those of the configuration, times are absolute.
 * `environment` is absent where the app has several and none was named.
 */
export type Command =
  | { readonly type: 'help' }
  | UndoCommand
  | { readonly type: 'status'; readonly app?: string; readonly environment?: string }
  | {
      readonly type: 'history';
      readonly app: string;
      readonly environment?: string;
      /** How many releases to show, 1 to 30. */
      readonly limit: number;
    }
  | { readonly type: 'holds'; readonly app?: string; readonly environment?: string }
  | {
      readonly type: 'hold';
      readonly app: string;
      readonly environment?: string;
      /** `*`: every tag. */
      readonly tag: string;
      /** Milliseconds since 1970; without it the hold stays until lifted. */
      readonly until?: number;
      readonly reason?: string;
    }
  | { readonly type: 'unhold'; readonly app: string; readonly environment?: string; readonly tag: string }
  | { readonly type: 'release'; readonly app: string; readonly environment?: string; readonly tag: string }
  | { readonly type: 'pause' | 'resume'; readonly app: string; readonly environment?: string };

type UndoCommand = {
  readonly type: 'undo';
  readonly app: string;
  readonly environment?: string;
  /** The tag to go back to; the last healthy version where neither it nor `number` is named. */
  readonly to?: string;
  /** The release to go back to, by its number in the history. */
  readonly number?: number;
};

/** What a button asks for; it travels in the button's `value`. Slack signs what comes back, and people cannot change it. */
export type Action =
  | {
      readonly type: 'run';
      readonly command: Command;
      /** True where the button is the answer to a question: do not ask again. */
      readonly confirmed?: boolean;
      /** The id of the release that has to stand still for the button to mean what it says. */
      readonly expect?: string;
    }
  | { readonly type: 'cancel' };

/** Who asks, from where, and where to answer. */
export type Asker = {
  /** `U024BE7LH`; Slack's ids do not change, names do. */
  readonly userId: string;
  readonly userName: string;
  readonly channelId: string;
  readonly teamId: string;
  /** Takes five messages in 30 minutes. It is a credential: keep it out of logs. */
  readonly responseUrl: string;
  readonly triggerId: string;
};
