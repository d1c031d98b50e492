import { TagboatError } from '../../errors.ts';
import { parseImage } from '../../image.ts';
import type { DiscoverContext } from './context.ts';

/** Hosts of registries and Git repositories, and which of them are left alone. */
export type Hosts = {
  /** True where the host is left alone for now. */
  isQuiet(host: string): boolean;
  /**
   * Puts one question to a host. A host that asks to slow down is left alone for as long as it says, by later invocations too,
   * and one that does not answer for the rest of this one.
   * @throws TagboatError as the question; `unreachable` where the host is left alone, which is not asked then
   */
  ask<T>(host: string, unreachable: Unreachable, question: () => Promise<T>): Promise<T>;
};

type Unreachable = 'registry-unreachable' | 'git-unreachable';

/** @param quietUntil of earlier invocations, in milliseconds since 1970 */
export const createHosts = (
  quietUntil: ReadonlyMap<string, number>,
  { store, clock }: Pick<DiscoverContext, 'store' | 'clock'>,
): Hosts => {
  const quiet = new Map(quietUntil);
  const isQuiet = (host: string): boolean => (quiet.get(host) ?? 0) > clock.now();
  const leaveAlone = async (host: string, retryAfterSeconds: number | undefined): Promise<void> => {
    quiet.set(host, Number.POSITIVE_INFINITY);
    if (retryAfterSeconds !== undefined)
      await store.looks.keepQuiet(host, clock.now() + retryAfterSeconds * 1000);
  };
  return {
    isQuiet,
    ask: async (host, unreachable, question) => {
      if (isQuiet(host)) throw new TagboatError(unreachable, `${host} is left alone for now`);
      try {
        return await question();
      } catch (error) {
        if (error instanceof TagboatError && error.code === unreachable)
          await leaveAlone(host, error.retryAfterSeconds);
        throw error;
      }
    },
  };
};

/** The host of a repository as apps name it: `github.com/owner/name`. */
export const hostOfRepository = (repository = ''): string => repository.split('/', 1).join('');

/** The host of a config repo; of one that has none, its URL. */
export const hostOfConfigRepo = ({ url }: { readonly url: string }): string => new URL(url).host || url;

/** The context whose every question to a registry or a Git host goes by that host, and so counts for that one alone. */
export const byHost = (context: DiscoverContext, hosts: Hosts): DiscoverContext => ({
  ...context,
  registry: async () => {
    const client = await context.registry();
    const ask = <T>(image: string, question: () => Promise<T>): Promise<T> =>
      hosts.ask(parseImage(image).host, 'registry-unreachable', question);
    return {
      ...client,
      tagsOf: (image, options) => ask(image, () => client.tagsOf(image, options)),
      digestOf: (image, tag, options) => ask(image, () => client.digestOf(image, tag, options)),
    };
  },
  gitTags: (repository) =>
    hosts.ask(hostOfRepository(repository), 'git-unreachable', () => context.gitTags(repository)),
  openRemote: async (name, repo) => {
    const remote = await context.openRemote(name, repo);
    return {
      tip: (options) => hosts.ask(hostOfConfigRepo(repo), 'git-unreachable', () => remote.tip(options)),
    };
  },
});
