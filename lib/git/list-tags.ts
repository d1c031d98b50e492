import { type Clock, systemClock } from '../clock.ts';
import { TagboatError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { locate } from './location.ts';
import { lsRefs } from './ls-refs.ts';
import { remoteKey } from './object-cache.ts';
import { discover, type Server } from './server.ts';
import { createTransport, type GitCredentials } from './transport.ts';

export type GitTag = {
  /** Without `refs/tags/`. */
  readonly name: string;
  /** What it points at, 40 hex digits; of an annotated tag, what the tag object points at. */
  readonly revision: string;
};

type TagListerOptions = {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly limits?: Partial<Limits>;
};

type ListOptions = { readonly credentials?: GitCredentials | undefined; readonly signal?: AbortSignal };

const tagRefs = 'refs/tags/';
/** Version 0 of the protocol lists what an annotated tag points at under a name of its own. */
const peeled = '^{}';

const toTags = (refs: ReadonlyMap<string, string>): readonly GitTag[] =>
  [...refs]
    .filter(([ref]) => ref.startsWith(tagRefs) && !ref.endsWith(peeled))
    .map(([ref, oid]) => ({ name: ref.slice(tagRefs.length), revision: refs.get(`${ref}${peeled}`) ?? oid }));

/** What a server may say where it has changed since it was asked what it can do. */
const outdated = new Set(['git-not-found', 'git-protocol', 'git-unsupported']);

/**
 * Lists the tags of repositories over smart HTTP, without a clone: one request where the server is known from an earlier
 * listing or is an old one, else two.
 */
export const createTagLister = ({
  clock = systemClock,
  logger = silentLogger,
  limits = {},
}: TagListerOptions = {}) => {
  const servers = new Map<string, Server>();
  /**
   * @param url `https://…`
   * @throws TagboatError `git-not-found`, `git-denied`, `git-unreachable`, `git-unsupported`, `git-protocol`, `git-too-large`
   */
  return async (url: string, { signal, ...options }: ListOptions = {}): Promise<readonly GitTag[]> => {
    const { base, credentials } = locate(url, options.credentials);
    const transport = createTransport({
      credentials,
      limits: { ...defaultLimits, ...limits },
      clock,
      logger,
      signal,
    });
    const key = remoteKey(base, tagRefs, credentials);
    const known = servers.get(key);
    if (known !== undefined)
      try {
        return toTags(await lsRefs(transport, known, tagRefs));
      } catch (error) {
        servers.delete(key);
        if (!(error instanceof TagboatError) || !outdated.has(error.code)) throw error;
      }
    const { server, refs } = await discover(transport, base);
    // Version 0 says where the tags are in the course of discovery
    if (refs !== undefined) return toTags(refs);
    const tags = toTags(await lsRefs(transport, server, tagRefs));
    servers.set(key, server);
    return tags;
  };
};

export type TagLister = ReturnType<typeof createTagLister>;
