import type { LogFields } from '../../../lib/logger.ts';
import { isMapping } from '../../../lib/mapping.ts';
import type { Terminal } from '../terminal/terminal.ts';

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
