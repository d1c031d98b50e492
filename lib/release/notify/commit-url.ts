/**
 * Where people look at a commit, for hosts whose web pages lie beside the repository. GitHub, Gitea and Forgejo have
 * them at `/commit/`, GitLab and Bitbucket at paths of their own.
 */
export const commitUrl = (repository: string, commit: string): string | undefined => {
  if (!URL.canParse(repository)) return undefined;
  const { protocol, host, pathname } = new URL(repository);
  if (protocol !== 'https:') return undefined;
  const base = `https://${host}${pathname.replace(/\.git$/, '').replace(/\/+$/, '')}`;
  if (host.includes('bitbucket')) return `${base}/commits/${commit}`;
  return host.includes('gitlab') ? `${base}/-/commit/${commit}` : `${base}/commit/${commit}`;
};

/**
 * Where people look at what is new between two tags of a source repository.
 * @param repository `github.com/owner/name`, as tagboat.yml has it
 */
export const diffUrl = (repository: string, from: string, to: string): string => {
  const host = repository.split('/', 1)[0] ?? '';
  const [left, right] = [encodeURIComponent(from), encodeURIComponent(to)];
  // Bitbucket names the newer one first.
  if (host.includes('bitbucket')) return `https://${repository}/branches/compare/${right}%0D${left}`;
  return `https://${repository}${host.includes('gitlab') ? '/-' : ''}/compare/${left}...${right}`;
};
