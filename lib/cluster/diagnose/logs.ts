import { TagboatError } from '../../errors.ts';
import { redact } from '../../redact.ts';
import type { Cluster } from '../cluster.ts';
import type { LogRequest } from './finding.ts';

const tailLines = 20;
const maxBytes = 16 * 1024;
const maxLine = 500;

const readLog = async (cluster: Cluster, request: LogRequest, previous: boolean): Promise<string> => {
  const { namespace, pod, container } = request;
  return await cluster.api.text({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: { container, tailLines, limitBytes: maxBytes, previous: previous || undefined },
    what: `read the log of ${pod}/${container}`,
  });
};

/** The last 20 lines of a container's log, credentials masked, each marked as a log line. */
export const containerLog = async (cluster: Cluster, request: LogRequest): Promise<readonly string[]> => {
  let text: string;
  try {
    text = await readLog(cluster, request, request.previous).catch(async (error: unknown) => {
      // "previous terminated container not found": the run before was cleaned away, or there was none.
      if (request.previous && error instanceof TagboatError && error.code === 'cluster-refused')
        return await readLog(cluster, request, false);
      throw error;
    });
  } catch (error) {
    if (!(error instanceof TagboatError)) throw error;
    return [`the log could not be read: ${error.message}`];
  }
  // As a whole first: a private key is recognised over several lines.
  return redact(text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-tailLines)
    .map((line) => `log: ${line.length > maxLine ? `${line.slice(0, maxLine)}…` : line}`);
};
