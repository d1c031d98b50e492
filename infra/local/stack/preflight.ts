import { connect } from '../../../lib/cluster/connect/connect.ts';
import { secretSlots } from '../../../lib/config/slots.ts';
import type { ConfigRepo } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { openRemote } from '../../../lib/git/remote.ts';
import type { Stack } from './types.ts';

/** Something that a release would fail on. */
type Problem = {
  /** `warning`: it can be mended, or mend itself, while the stack runs. */
  readonly severity: 'error' | 'warning';
  /** The place in tagboat.yml: `sources/github/secret`, `configRepos/okeydokey`. */
  readonly slot: string;
  readonly message: string;
  /** What to do about it. */
  readonly next: string;
};

type Checked = Pick<Stack, 'config' | 'unseal' | 'kubeconfigPath'>;

/**
 * Looks, before the first hook does, whether every secret opens, every kubeconfig can be used and every config repo has
 * its branch.
 * @param patienceMs how long a Git server may take
 * @returns all that is wrong, in the order of tagboat.yml's sections
 */
export const checkConfiguration = async (stack: Checked, patienceMs = 5000): Promise<readonly Problem[]> => {
  const secrets = await Promise.all(
    secretSlots(stack.config).map(({ slot, reference }) => checkSecret(stack, slot, String(reference))),
  );
  const wrong = new Set(secrets.flat().map(({ slot }) => slot));
  const repos = await Promise.all(
    Object.entries(stack.config.configRepos)
      .filter(([name]) => !wrong.has(`configRepos/${name}/password`))
      .map(([name, repo]) => checkRepo(stack, name, repo, patienceMs)),
  );
  return [...secrets.flat(), ...repos.flat()];
};

const checkSecret = async (stack: Checked, slot: string, reference: string): Promise<readonly Problem[]> => {
  const [section, name = ''] = slot.split('/');
  const embedded = `The embedded cluster's is file:${stack.kubeconfigPath}.`;
  try {
    const plaintext = await stack.unseal(reference, slot);
    if (section !== 'clusters') return [];
    try {
      connect({ kubeconfig: plaintext, context: stack.config.clusters[name]?.context });
      return [];
    } catch (error) {
      return [problemOf('warning', slot, error, embedded)];
    }
  } catch (error) {
    const severity = error instanceof TagboatError && error.retry === 'retryable' ? 'warning' : 'error';
    return [problemOf(severity, slot, error, section === 'clusters' ? embedded : undefined)];
  }
};

const checkRepo = async (
  stack: Checked,
  name: string,
  { url, branch, username = 'x-access-token', password }: ConfigRepo,
  patienceMs: number,
): Promise<readonly Problem[]> => {
  const slot = `configRepos/${name}`;
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const unsealed = password === undefined ? undefined : await stack.unseal(password, `${slot}/password`);
    const credentials = unsealed === undefined ? undefined : { username, password: unsealed };
    await openRemote({ url, branch, credentials, signal }).tip({ fresh: true });
    return [];
  } catch (error) {
    if (!signal.aborted) return [problemOf('warning', slot, error)];
    const late = new TagboatError('git-unreachable', `${url} did not answer within ${patienceMs / 1000} s`);
    return [problemOf('warning', slot, late)];
  }
};

const problemOf = (severity: Problem['severity'], slot: string, error: unknown, hint?: string): Problem => {
  const known = error instanceof TagboatError ? error : new TagboatError('internal', String(error));
  // `next` speaks to a user who looks at a release that waits; here nothing waits yet.
  const next = known.retry === 'retryable' ? 'Check that it can be reached from here.' : known.next;
  return {
    severity,
    slot,
    message: known.message.replace(` for ${slot}`, ''),
    next: hint === undefined ? next : `${next} ${hint}`,
  };
};
