import { isUnderWay } from '../../../lib/release/release.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';
import type { Stack } from '../stack/types.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { showVerdict } from './play.ts';

const pollMs = 500;

/**
 * Shows what becomes of every release from now on, whoever asks for it: each state that is seen, and the diagnosis of
 * what failed.
 * @returns a function that ends it
 */
export const showReleases = async (stack: Stack, terminal: Terminal): Promise<() => void> => {
  const seen = new Map<string, string>();
  for (const release of await list(stack)) seen.set(release.id, release.state);

  const look = async (): Promise<void> => {
    for (const release of (await list(stack)).toReversed()) {
      if (seen.get(release.id) === release.state) continue;
      seen.set(release.id, release.state);
      show(release, terminal);
    }
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(() => {})
      .finally(() => {
        isLooking = false;
      });
  }, pollMs);
  timer.unref();
  return () => clearInterval(timer);
};

const list = async (stack: Stack): Promise<readonly ReleaseView[]> => {
  const token = stack.config.api?.token;
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${await stack.unseal(token, 'api/token')}` };
  const response = await fetch(`${stack.url}/releases?limit=20`, { headers });
  if (!response.ok) return [];
  return ((await response.json()) as { readonly releases: readonly ReleaseView[] }).releases;
};

const show = (release: ReleaseView, terminal: Terminal): void => {
  const { style, line } = terminal;
  const what = release.kind === 'undo' ? `undo to ${release.tag}` : release.tag;
  const name = `${release.app} ${what}`;
  if (isUnderWay(release.state)) {
    const commit = release.commit === null ? '' : style.dim(` ${release.commit.slice(0, 7)}`);
    const why = release.reason === null ? '' : `: ${release.reason}`;
    line(`  ${style.cyan('…')} ${name} ${release.state}${commit}${why}`);
    return;
  }
  showVerdict(release, terminal, { label: `${name} ${release.state}:` });
};
