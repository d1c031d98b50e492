import type { ServerResponse } from 'node:http';
import { badRequest } from '../status.ts';
import type { Pod } from '../types.ts';

/** Where the kubelet keeps what containers print. */
export type LogSource = {
  /** What was printed so far; `previous`: by the run before. undefined: the container has not run. */
  read(pod: Pod, container: string, previous: boolean): readonly string[] | undefined;
  /** Calls for each line printed from now on; the answer stops it. */
  follow(pod: Pod, container: string, onLine: (line: string) => void, onEnd: () => void): () => void;
};

const containerOf = (pod: Pod, asked: string | null): string => {
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name);
  if (asked !== null && asked !== '') {
    if (!names.includes(asked))
      throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  const [only] = pod.spec.containers;
  if (only === undefined || pod.spec.containers.length > 1)
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  return only.name;
};

/**
 * `GET …/pods/{name}/log`: container, previous, tailLines, timestamps, limitBytes, follow.
 * Source: k8s.io/kubernetes/pkg/registry/core/pod/strategy.go, LogLocation
 * @returns ends a stream that follows
 * @throws ApiError 400
 */
export const serveLogs = (
  logs: LogSource,
  pod: Pod,
  query: URLSearchParams,
  response: ServerResponse,
  onEnd: () => void,
): (() => void) => {
  const container = containerOf(pod, query.get('container'));
  const previous = query.get('previous') === 'true';
  const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container);
  const waiting = status?.state.waiting;
  // While a container waits to be started again, its last run is the previous one already.
  const isBetweenRuns = waiting !== undefined && status?.lastState.terminated !== undefined;
  const lines = logs.read(pod, container, previous && !isBetweenRuns);
  if (lines === undefined) {
    if (previous)
      throw badRequest(
        `previous terminated container "${container}" in pod "${pod.metadata.name}" not found`,
      );
    const why = `trying and failing to pull image`;
    const reason =
      waiting === undefined || /ImagePull/.test(waiting.reason)
        ? why
        : (waiting.reason ?? 'waiting to start');
    throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${reason}`);
  }
  const tail = query.get('tailLines');
  const withTimes = query.get('timestamps') === 'true';
  const show = (line: string): string => (withTimes ? line : line.slice(line.indexOf(' ') + 1));
  const shown = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const text = shown.map((line) => `${show(line)}\n`).join('');
  const limit = Number(query.get('limitBytes') ?? 0);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write(limit > 0 ? text.slice(0, limit) : text);
  if (query.get('follow') !== 'true' || previous) {
    response.end();
    onEnd();
    return () => {};
  }
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    stop();
    if (!response.writableEnded) response.end();
    onEnd();
  };
  const stop = logs.follow(pod, container, (line) => response.write(`${show(line)}\n`), end);
  response.on('close', end);
  return end;
};
