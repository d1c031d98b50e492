import { tryParseImage } from '../../../../lib/image.ts';
import type { Pod } from '../types.ts';

/**
 * What a container does is in its image's tag, so that a bad rollout can be had on demand: a tag with `crash` in it panics,
 * `notready` never answers its readiness probe, `oom` (as a word) is killed for its memory. Everything else works.
 */
export type Behaviour = 'works' | 'crashes' | 'never-ready' | 'out-of-memory';

export const behaviourOf = (image: string): Behaviour => {
  const tag = (tryParseImage(image)?.tag ?? '').toLowerCase();
  if (tag.includes('notready')) return 'never-ready';
  if (tag.includes('crash')) return 'crashes';
  if (/(?:^|[._-])oom(?:$|[._-])/.test(tag)) return 'out-of-memory';
  return 'works';
};

export type Exit = { readonly code: number; readonly reason: string; readonly lines: readonly string[] };

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
  return undefined;
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
