import type { Timings } from '@tagboat/embedded-cluster';
import type { Clock } from '../../../lib/clock.ts';
import type { Config } from '../../../lib/config/types.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Unknowns } from '../../../lib/mapping.ts';
import type { AwsClients } from '../emulators/aws/clients.ts';
import type { AwsAccess, Environment } from '../emulators/aws/endpoints.ts';
import type { GitServer } from '../emulators/git-server/git-server.ts';
import type { LocalRegistry } from '../emulators/registry/registry.ts';
import type { SlackMessage } from '../emulators/slack/server/server.ts';
import type { Gitops } from '../gitops/gitops.ts';
import type { RoleCall } from '../runtime/iam/role.ts';
import type { Concurrency } from '../runtime/lambda/concurrency.ts';
import type { Invocation } from '../runtime/lambda/function.ts';

/** Whose tagboat.yml the stack runs. */
export type ConfigSource =
  /** The one that comes along, with a config repo and secrets made for it. */
  | { readonly type: 'example' }
  | { readonly type: 'file'; readonly path: string }
  /** Secrets are looked for in the environment and relative to the directory. */
  | { readonly type: 'given'; readonly config: Config; readonly baseDirectory: string };

/** Which cluster the stack's kubeconfig leads to. */
export type ClusterPlace =
  | { readonly type: 'embedded' }
  /** The one that `KUBECONFIG` names. */
  | {
      readonly type: 'external';
      readonly server: string | undefined;
      readonly context: string | undefined;
    };

export type StackOptions = {
  /** The example where absent. */
  readonly config?: ConfigSource;
  /** Where state is kept; undefined: a temporary directory that goes with the stack. */
  readonly stateDirectory: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  /** 127.0.0.1 where absent. */
  readonly host?: string;
  /** What the process was given; nothing of `process.env` is looked at behind its back. */
  readonly env?: Environment;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** How long the embedded cluster's pods take for their steps, in milliseconds. */
  readonly clusterTimings?: Partial<Timings>;
  /** Directory of serverless.yml and `functions/`; this project's where absent. */
  readonly project?: string;
  /** Whether schedules run; not where a test invokes them itself. */
  readonly schedules?: boolean;
  /** After so many seconds what failed is tried again; absent: as in AWS, after the visibility timeout. */
  readonly retrySeconds?: number;
  /** Requests of one function at the same time: more are answered 503. Ten run and a thousand wait where absent. */
  readonly requests?: Concurrency;
  /** Every queue message is handed over twice. */
  readonly deliverTwice?: boolean;
  /** Where the API of GitHub is, in the place of GitHub's own. */
  readonly githubApi?: string | undefined;
  /** Is told of every call that a function makes to AWS, and whether its role allows it; what it throws, the call throws. */
  readonly onAwsCall?: (call: RoleCall) => void;
  /** Gives up a start that is under way, and closes what was opened. */
  readonly signal?: AbortSignal;
};

export type Stack = {
  /** `http://127.0.0.1:8787`; the same port speaks TLS. */
  readonly url: string;
  readonly port: number;
  readonly config: Config;
  readonly stateDirectory: string;
  readonly kubeconfigPath: string;
  readonly cluster: ClusterPlace;
  readonly registry: LocalRegistry;
  readonly git: GitServer;
  /** Brings the embedded cluster to what the config repos say, once it is started. */
  readonly gitops: Gitops;
  readonly aws: AwsClients & { readonly access: AwsAccess };
  /** Values by the name of the environment variable, for what the stack itself made up. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The plaintext that a secret of the configuration stands for. */
  unseal(reference: string, slot: string): Promise<string>;
  /** Newest first. */
  slackMessages(): readonly SlackMessage[];
  onSlackMessage(listener: (message: SlackMessage) => void): () => void;
  /** Invokes a function as its trigger would: `invoke('reconcile', scheduledEvent())`. */
  invoke(name: string, event: unknown): Promise<Invocation>;
  /** Hands an event to the functions whose rules let it in, as EventBridge would; how each ended, by its name. */
  putEvent(event: Unknowns): Promise<Readonly<Record<string, Invocation>>>;
  /** Resolves when no function runs and no queue holds a message, delayed ones included. */
  idle(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** How many messages no function could handle, by the logical id of the dead-letter queue; empty ones are left out. */
  deadLetters(): Promise<Readonly<Record<string, number>>>;
  /** Ends everything within two seconds. */
  close(): Promise<void>;
};
