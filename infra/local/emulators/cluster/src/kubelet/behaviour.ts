import type { Container, Pod, Probe } from '../types.ts';
import { parseImage } from './image-reference.ts';

/**
 * What a container does is in its image's tag, so that a bad rollout can be had on demand: a tag with `crash` in it panics,
 * `notready` never answers its readiness probe, `hangs` neither that nor its liveness probe, `oom` (as a word) is killed
 * for its memory, `exit-3` ends with that code. Everything else works.
 */
type Behaviour = 'works' | 'crashes' | 'never-ready' | 'hangs' | 'out-of-memory' | 'exits';

const tagOf = (image: string): string => (parseImage(image)?.tag ?? '').toLowerCase();

const exitPattern = /(?:^|[._-])exit-(\d{1,3})(?:$|[._-])/;

export const behaviourOf = (image: string): Behaviour => {
  const tag = tagOf(image);
  if (tag.includes('notready')) return 'never-ready';
  if (tag.includes('hangs')) return 'hangs';
  if (tag.includes('crash')) return 'crashes';
  if (/(?:^|[._-])oom(?:$|[._-])/.test(tag)) return 'out-of-memory';
  return exitPattern.test(tag) ? 'exits' : 'works';
};

type Exit = { readonly code: number; readonly reason: string; readonly lines: readonly string[] };

/** What a shell prints for codes that it gives itself. */
const shellWords: Readonly<Record<number, string>> = {
  126: '/bin/sh: /app/server: Permission denied',
  127: '/bin/sh: /app/server: not found',
  139: 'Segmentation fault (core dumped)',
};

/** How a container that does not work ends. */
export const exitOf = (behaviour: Behaviour, image: string): Exit | undefined => {
  if (behaviour === 'crashes')
    return {
      code: 1,
      reason: 'Error',
      lines: [
        `panic: cannot start ${image}: runtime error: invalid memory address or nil pointer dereference`,
        'goroutine 1 [running]:',
        'main.main()',
        '\t/app/main.go:42 +0x1d',
        'exit status 1',
      ],
    };
  if (behaviour === 'out-of-memory')
    return { code: 137, reason: 'OOMKilled', lines: ['allocating a cache of 4 GiB'] };
  if (behaviour === 'exits') {
    const code = Number(exitPattern.exec(tagOf(image))?.[1] ?? 1) % 256;
    const reason = code === 0 ? 'Completed' : 'Error';
    return { code, reason, lines: [shellWords[code] ?? 'the work is done, bye'] };
  }
  return undefined;
};

/** A probe that fails, in the kubelet's words. Source: k8s.io/kubernetes/pkg/kubelet/prober */
export const probeFailure = (
  behaviour: Behaviour,
  container: Container,
  probe: Probe | undefined,
  address: string,
): string => {
  if (behaviour !== 'hangs') return 'HTTP probe failed with statuscode: 503';
  const { path = '/', port = 80 } = probe?.httpGet ?? {};
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return `Get "http://${address}:${named ?? port}${path}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
};

const number = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) || value < 0 ? undefined : value;
};

/** Pod annotations that make one pod slower (or faster) than the cluster's timings, in milliseconds. */
export const readyAfterMs = (pod: Pod): number | undefined =>
  number(pod.metadata.annotations?.['tagboat.dev/ready-after-ms']);

export const terminateAfterMs = (pod: Pod): number | undefined =>
  number(pod.metadata.annotations?.['tagboat.dev/terminate-after-ms']);

/** What the containers of the pod print when they start, beside what they print anyhow. */
export const printedLines = (pod: Pod): readonly string[] =>
  (pod.metadata.annotations?.['tagboat.dev/prints'] ?? '').split('\n').filter((line) => line !== '');
