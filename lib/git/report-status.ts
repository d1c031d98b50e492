import { lineOf, payloadsOf, readPackets } from './pkt-line.ts';
import { protocolError } from './protocol-error.ts';
import { demultiplex } from './side-band.ts';

/** What became of a push: https://git-scm.com/docs/gitprotocol-pack#_report_status */
type PushReport = {
  readonly outcome: 'pushed' | 'moved' | 'refused' | 'failed';
  /** Why, in the words of the report. */
  readonly reason: string;
  /** What hooks and the server itself had to say beside it (`remote:`). */
  readonly remarks: string;
};

/** Another push was first: what Git, GitHub, GitLab, Gitea and JGit answer where the ref is not what the push expected. */
const moved =
  /failed to (?:update|lock) ref|cannot lock ref|failed to lock|fetch first|stale info|non-fast[- ]forward|but expected|incorrect old value|reference already exists|missing necessary objects|lock failure/i;

/** The server's own trouble: nothing the push could do about. */
const failed = /internal (?:server )?error|timed? ?out|temporar|try again|unavailable/i;

const outcomeOf = (reason: string): 'moved' | 'failed' | 'refused' =>
  moved.test(reason) ? 'moved' : failed.test(reason) ? 'failed' : 'refused';

const reportOf = (lines: readonly string[], ref: string, remarks: string): PushReport => {
  const unpack = lines.find((line) => line.startsWith('unpack '))?.slice('unpack '.length);
  if (unpack === undefined) throw protocolError('the server did not report on the push');
  const refusal = lines.find((line) => line.startsWith(`ng ${ref} `) || line === `ng ${ref}`);
  if (refusal !== undefined && unpack === 'ok') {
    const reason = refusal.slice(`ng ${ref} `.length);
    return { outcome: outcomeOf(reason), reason, remarks };
  }
  if (unpack !== 'ok')
    return { outcome: failed.test(unpack) ? 'failed' : 'refused', reason: `unpack ${unpack}`, remarks };
  if (!lines.includes(`ok ${ref}`)) throw protocolError('the server did not report on the branch');
  return { outcome: 'pushed', reason: '', remarks };
};

const linesOf = (bytes: Buffer): readonly string[] => payloadsOf(readPackets(bytes)).map(lineOf);

/**
 * Reads the answer to a push, whether the server uses the side band or not.
 * @param ref in full: `refs/heads/main`
 * @throws TagboatError `git-protocol`
 */
export const readReport = (answer: Buffer, ref: string): PushReport => {
  const payloads = payloadsOf(readPackets(answer));
  const [first] = payloads;
  const band = first?.[0] ?? 0;
  if (band < 1 || band > 3) return reportOf(linesOf(answer), ref, '');
  const bands = demultiplex(payloads);
  if (bands.fatal !== undefined && bands.data.length === 0)
    return { outcome: outcomeOf(bands.fatal), reason: bands.fatal, remarks: bands.progress };
  return reportOf(linesOf(bands.data), ref, bands.progress);
};
