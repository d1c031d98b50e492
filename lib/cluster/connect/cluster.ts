import type { Logger } from '../../logger.ts';
import type { Api } from './api.ts';

/** A kind that the API server knows, as its discovery document says. */
export type Resource = { readonly plural: string; readonly namespaced: boolean };

/** A connection to a cluster, made by `connect`. Callers only pass it on. */
export type Cluster = {
  /** Base URL, without credentials; for messages. */
  readonly server: string;
  readonly logger: Logger;
  readonly api: Api;
  /** Discovery, kept for the life of the connection: `apps/v1` → kind → resource. */
  readonly resources: Map<string, Promise<ReadonlyMap<string, Resource>>>;
  /** Closes idle connections. Not needed before a process ends. */
  close(): void;
};
