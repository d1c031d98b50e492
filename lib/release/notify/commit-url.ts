/** Bitbucket Data Center has the pages of `https://host/scm/project/name` elsewhere than what is cloned. */
const bitbucketServerPage = (cloned: string): string | undefined => {
  const [, server, project, name] = /^(.+)\/scm\/([^/]+)\/([^/]+)$/.exec(cloned) ?? [];
  return server && `${server}/projects/${project}/repos/${name}`;
};

/**
 * Where people look at a commit, for hosts whose web pages lie beside the repository. GitHub, Gitea, Forgejo and Azure DevOps have
 * them at `/commit/`, GitLab and Bitbucket at paths of their own.
 */
export const commitUrl = (repository: string, commit: string): string | undefined => {
  if (!URL.canParse(repository)) return undefined;
  const { protocol, host, pathname } = new URL(repository);
  if (protocol !== 'https:') return undefined;
  const base = `https://${host}${pathname.replace(/\.git$/, '').replace(/\/+$/, '')}`;
  const page = bitbucketServerPage(base);
  if (page !== undefined || host.includes('bitbucket')) return `${page ?? base}/commits/${commit}`;
  return host.includes('gitlab') ? `${base}/-/commit/${commit}` : `${base}/commit/${commit}`;
};

/**
 * Where people look at what is new between two tags of a source repository.
 * @param repository `github.com/owner/name`, as tagboat.yml has it
 */
export const diffUrl = (repository: string, from: string, to: string): string => {
  const base = `https://${repository}`;
  const host = repository.split('/', 1)[0] ?? '';
  const [left, right] = [encodeURIComponent(from), encodeURIComponent(to)];
  const page = bitbucketServerPage(base);
  if (page !== undefined)
    return `${page}/compare/commits?sourceBranch=refs%2Ftags%2F${right}&targetBranch=refs%2Ftags%2F${left}`;
  // Bitbucket names the newer one first.
  if (host.includes('bitbucket')) return `${base}/branches/compare/${right}%0D${left}`;
  if (repository.includes('/_git/'))
    return `${base}/branchCompare?baseVersion=GT${left}&targetVersion=GT${right}`;
  return `${base}${host.includes('gitlab') ? '/-' : ''}/compare/${left}...${right}`;
};
