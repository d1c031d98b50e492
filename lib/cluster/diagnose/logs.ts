import { TagboatError } from '../../errors.ts';
import { safeText } from '../../safe-text.ts';
import type { Cluster } from '../connect/cluster.ts';
import type { LogRequest } from './finding.ts';

const shownLines = 20;
/** More than is shown: a private key that begins above is recognised by its first line only. */
const readLines = 100;
const maxBytes = 64 * 1024;
const maxLine = 500;

const readLog = async (
  cluster: Cluster,
  request: LogRequest,
  previous: boolean,
  tailLines: number,
): Promise<string> => {
  const { namespace, pod, container } = request;
  return await cluster.api.text({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: { container, tailLines, limitBytes: maxBytes, previous: previous || undefined },
    what: `read the log of ${pod}/${container}`,
  });
};

const readTail = async (cluster: Cluster, request: LogRequest, previous: boolean): Promise<string> => {
  const text = await readLog(cluster, request, previous, readLines);
  // The byte limit cuts off the end of the log, which is the part that is needed: then read fewer lines.
  return Buffer.byteLength(text) < maxBytes
    ? text
    : await readLog(cluster, request, previous, Math.ceil(shownLines / 4));
};

/** The end of a container's log, credentials masked. */
type ContainerLog = {
  /** At most 20. */
  readonly lines: readonly string[];
  /** Why it could not be read; there are no lines then. */
  readonly unread?: string;
};

export const readContainerLog = async (cluster: Cluster, request: LogRequest): Promise<ContainerLog> => {
  let text: string;
  try {
    text = await readTail(cluster, request, request.previous).catch(async (error: unknown) => {
      // "previous terminated container not found": the run before was cleaned away, or there was none.
      if (request.previous && error instanceof TagboatError && error.code === 'cluster-refused')
        return await readTail(cluster, request, false);
      throw error;
    });
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    return { lines: [], unread: error.message };
  }
  // Redacted as a whole: a private key is recognised over several lines.
  const lines = safeText(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-shownLines)
    .map((line) => (line.length > maxLine ? `${line.slice(0, maxLine)}…` : line));
  return { lines };
};

/** The log as lines of evidence, each marked as a log line. */
export const logEvidence = ({ lines, unread }: ContainerLog): readonly string[] =>
  unread === undefined ? lines.map((line) => `log: ${line}`) : [`the log could not be read: ${unread}`];
