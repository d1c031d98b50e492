import { type Clock, systemClock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { refOfBranch } from './branch.ts';
import type { CommitSigner } from './commit-signer.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { locate } from './location.ts';
import { lsRef } from './ls-refs.ts';
import { createObjectCache, type ObjectCache, remoteKey } from './object-cache.ts';
import { createObjectStore } from './object-store.ts';
import { push } from './push.ts';
import { discover, discoverPush, type Server } from './server.ts';
import { createSnapshot, type PushCommit, type Snapshot } from './snapshot.ts';
import { createTransport, type GitCredentials } from './transport.ts';

export type { CommitMeta, Person } from './commit-object.ts';
export { type CommitSigner, createCommitSigner } from './commit-signer.ts';
export type { Limits } from './limits.ts';
export { createObjectCache, type ObjectCache } from './object-cache.ts';
export type { CommitOutcome, Snapshot } from './snapshot.ts';
export type { GitCredentials } from './transport.ts';
export type { TreeFile } from './walk.ts';

type RemoteOptions = {
  /** `https://…`, or `http://…` */
  readonly url: string;
  readonly branch: string;
  readonly credentials?: GitCredentials | undefined;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Ends every request that is under way. */
  readonly signal?: AbortSignal;
  /** Shared between warm invocations; absent: what is fetched is known to this remote only. */
  readonly cache?: ObjectCache | undefined;
  readonly limits?: Partial<Limits>;
  /** Signs every commit; absent: they are not signed. */
  readonly sign?: CommitSigner | undefined;
};

/** One branch of one repository, spoken to over smart HTTP, without a clone. */
export type Remote = {
  /**
   * Where the branch is: what the cache remembers, else (and with `fresh`) what the server says. A remembered tip may be old; a
   * commit on top of it then answers `moved`, and the next tip is fresh.
   * @throws TagboatError `git-branch-not-found`, `git-denied`, `git-not-found`, `git-unreachable`, `git-unsupported`,
   * `git-protocol`, `git-too-large`
   */
  tip(options?: { readonly fresh?: boolean }): Promise<Snapshot>;
};

type Known = { readonly server: Server; readonly commit: string | undefined };

/** What a server may say when the repository is no longer where, or what, discovery found. */
const outdated = new Set(['git-not-found', 'git-protocol', 'git-unsupported']);

/**
 * Opens a remote; nothing is sent yet.
 * @throws TagboatError `git-unsupported` for a URL that is not HTTP; `git-branch-not-found` for an impossible name
 */
export const openRemote = (options: RemoteOptions): Remote => {
  const { base, credentials } = locate(options.url, options.credentials);
  const ref = refOfBranch(options.branch);
  const limits = { ...defaultLimits, ...options.limits };
  const cache = options.cache ?? createObjectCache();
  const key = remoteKey(base, ref, credentials);
  const logger = options.logger ?? silentLogger;
  const transport = createTransport({
    credentials,
    limits,
    clock: options.clock ?? systemClock,
    logger,
    signal: options.signal,
  });

  /** A server that filters less costs more with every release; that is logged once, when it is found out. */
  const remember = (server: Server): void => {
    const known = cache.server(key);
    cache.keepServer(key, server);
    const { version, filtering, shallow } = server;
    const isLess = version === 0 || filtering !== 'tree' || !shallow;
    if (!isLess || (known?.version === version && known.filtering === filtering)) return;
    logger.warn('the Git server cannot send just what is needed, more is fetched', {
      url: base,
      version,
      filtering,
      shallow,
    });
  };

  const discoverTip = async (): Promise<Known> => {
    const { server: found, refs } = await discover(transport, base);
    // A fetch does not tell what a push may ask for
    const server = { ...found, push: found.push ?? cache.server(key)?.push };
    remember(server);
    return { server, commit: refs === undefined ? await lsRef(transport, server, ref) : refs.get(ref) };
  };

  const askTip = async (): Promise<Known> => {
    const server = cache.server(key);
    // Version 0 says where the branches are in the course of discovery
    if (server === undefined || server.version === 0) return discoverTip();
    try {
      return { server, commit: await lsRef(transport, server, ref) };
    } catch (error) {
      if (!(error instanceof TagboatError) || !outdated.has(error.code)) throw error;
      cache.forgetServer(key);
      return discoverTip();
    }
  };

  const pushCapabilitiesOf = async (server: Server): Promise<readonly string[]> => {
    const known = server.push ?? cache.server(key)?.push;
    if (known !== undefined) return known;
    const found = await discoverPush(transport, server.base);
    cache.keepServer(key, { ...server, push: found });
    return found;
  };

  const pusher =
    (server: Server, from: string): PushCommit =>
    async (to, objects) => {
      const capabilities = await pushCapabilitiesOf(server);
      // From here on the remembered tip may be wrong, however the push ends
      cache.forgetTip(key);
      const { type, uncertain } = await push(transport, {
        base: server.base,
        ref,
        from,
        to,
        objects: [...objects.values()],
        capabilities,
      });
      const landed = type === 'pushed' || (uncertain && (await askTip()).commit === to);
      if (!landed) return 'moved';
      for (const [oid, object] of objects) cache.keep(oid, object);
      cache.keepTip(key, to);
      return 'pushed';
    };

  const snapshotOf = (server: Server, commit: string): Snapshot => {
    const store = createObjectStore({
      commit,
      server,
      transport,
      cache,
      limits,
      onServer: remember,
      onFailure: () => cache.forgetTip(key),
    });
    return createSnapshot(commit, store, pusher(server, commit), options.sign);
  };

  return {
    tip: async ({ fresh = false } = {}) => {
      const server = cache.server(key);
      const remembered = cache.tip(key);
      if (!fresh && server !== undefined && remembered !== undefined) return snapshotOf(server, remembered);
      const known = await askTip();
      if (known.commit === undefined) {
        cache.forgetTip(key);
        const branch = ref.slice('refs/heads/'.length);
        throw new TagboatError('git-branch-not-found', `${base} has no branch ${branch}`);
      }
      cache.keepTip(key, known.commit);
      return snapshotOf(known.server, known.commit);
    },
  };
};
