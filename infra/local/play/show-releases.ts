import type { LogFields } from '../../../lib/logger.ts';
import { isMapping } from '../../../lib/mapping.ts';
import { printableLine } from '../../../lib/printable.ts';
import type { ApiRelease } from '../../../lib/release/api/view.ts';
import { isUnderWay } from '../../../lib/release/model/release.ts';
import type { Stack } from '../stack/types.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { showVerdict } from './play.ts';
import { listReleases } from './target.ts';

const pollMs = 500;

/**
 * Shows what becomes of every release from now on, by a hook or by hand: each state that is seen, and the diagnosis of
 * what failed.
 * @returns a function that ends it
 */
export const showReleases = async (stack: Stack, terminal: Terminal): Promise<() => void> => {
  const seen = new Map<string, string>();
  for (const release of await listReleases(stack, { limit: 20 })) seen.set(release.id, release.state);

  const look = async (): Promise<void> => {
    for (const release of (await listReleases(stack, { limit: 20 })).toReversed()) {
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

const show = (release: ApiRelease, terminal: Terminal): void => {
  const { style, line } = terminal;
  const what = release.kind === 'undo' ? `undo to ${release.tag}` : release.tag;
  const name = `${release.app} ${what}`;
  if (isUnderWay(release.state)) {
    const commit = release.commit === null ? '' : style.dim(` ${release.commit.slice(0, 7)}`);
    const why = release.reason === null ? '' : `: ${release.reason}`;
    const who =
      release.state === 'queued' ? style.dim(`, asked for by ${printableLine(release.requestedBy)}`) : '';
    line(`  ${style.cyan('…')} ${name} ${release.state}${commit}${why}${who}`);
    return;
  }
  showVerdict(release, terminal, { label: `${name} ${release.state}:` });
};

/**
 * A hook that finds the release of an earlier one changes nothing, and so shows nothing by itself: says so.
 * @param fields of what the webhook function logs of a hook it took
 */
export const showRepeats = (fields: LogFields, { line, style }: Terminal): void => {
  const releases: unknown = fields.releases;
  for (const release of Array.isArray(releases) ? releases : []) {
    if (!isMapping(release) || release.created !== false) continue;
    const { app, environment, tag, id, state } = release;
    line(
      `  ${style.yellow('–')} already known: release ${id} of ${app} ${tag} to ${environment} is ${state}`,
    );
  }
};
