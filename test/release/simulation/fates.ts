import { createHash } from 'node:crypto';
import type { DiagnosisCause } from '../../../lib/cluster/diagnose/finding.ts';
import type { RolloutVerdict } from '../../../lib/cluster/watch/watch-rollout.ts';

/** What becomes of a tag in one environment. */
export type Fate = {
  /** How long after the push the registry has the image; never where it is infinite. */
  readonly imageMs: number;
  readonly rolloutMs: number;
  readonly verdict: Exclude<RolloutVerdict, { type: 'pending' }>;
};

const failed = (cause: DiagnosisCause): Fate['verdict'] => ({
  type: 'failed',
  reason: cause,
  diagnosis: [{ cause, summary: cause, evidence: [], next: 'look' }],
});

/** @param push how often the tag was pushed before: each time it is another image */
export const digestOf = (app: string, tag: string, push = 0): string =>
  `sha256:${createHash('sha256').update(`${app}:${tag}:${push}`).digest('hex')}`;

/** Numbers from 0 to 1 that a tag always has. */
const sharesOf = (words: string): readonly [number, number, number] => {
  const bytes = createHash('sha256').update(words).digest();
  return [0, 4, 8].map((at) => bytes.readUInt32BE(at) / 2 ** 32) as [number, number, number];
};

/** Most are well soon; some are late, crash, meet a full quota, or have an image that never comes. */
export const createFates =
  (seed: number) =>
  (environment: string, app: string, tag: string): Fate => {
    const [image] = sharesOf(`${seed} ${app} ${tag}`);
    const [kind, duration, patience] = sharesOf(`${seed} ${environment} ${app} ${tag}`);
    return {
      imageMs: image < 0.03 ? Number.POSITIVE_INFINITY : image < 0.25 ? image * 1_000_000 : 0,
      rolloutMs: patience < 0.05 ? 200_000 + duration * 150_000 : 1_000 + duration * 60_000,
      verdict:
        kind < 0.08
          ? failed('crash-loop')
          : kind < 0.1
            ? failed('quota')
            : { type: 'healthy', message: 'done', notes: [] },
    };
  };
