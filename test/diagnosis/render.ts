import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';

/** A verdict as a person reads it: what Slack and `GET /releases` show, as plain text. */
export const renderVerdict = (verdict: RolloutVerdict): string => {
  if (verdict.type === 'pending') return `pending: ${verdict.progress.message}`;
  if (verdict.type !== 'failed') return `${verdict.type}: ${verdict.message}`;
  const diagnoses = verdict.diagnosis.map(
    ({ cause, summary, workload, pod, container, count, evidence, next }, index) => {
      const place = [workload, pod, container].filter((part) => part !== undefined).join(' / ');
      const pods = count === undefined ? '' : ` (${count} pods)`;
      return [
        `${index + 1}. ${cause}: ${summary}`,
        ...(place === '' ? [] : [`   ${place}${pods}`]),
        ...evidence.map((line) => `     ${line}`),
        `   Next: ${next}`,
      ].join('\n');
    },
  );
  return [`failed: ${verdict.reason}`, ...diagnoses].join('\n\n');
};

/** Kubernetes' alphabet for what it makes up. */
const made = '[bcdfghjklmnpqrstvwxz2456789]';

const masks: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`\\bokeydokey-${made}{6,10}-${made}{5}\\b`, 'g'), 'okeydokey-7d9f8c6b54-x2k4m'],
  [new RegExp(`\\bokeydokey-${made}{6,10}\\b`, 'g'), 'okeydokey-7d9f8c6b54'],
  [new RegExp(`\\bokeydokey-${made}{5}\\b`, 'g'), 'okeydokey-x2k4m'],
  [new RegExp(`\\bmigrate-${made}{5}\\b`, 'g'), 'migrate-x2k4m'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2026-01-31T12:00:00Z'],
  [/\b\d+ s ago\b/g, '20 s ago'],
  [/\bback-off \d+s\b/g, 'back-off 40s'],
  [/ \(\d+x\)/g, ''],
  // From the third on it is failed, and some more may come before somebody looks.
  [/\b(?:[3-9]|\d\d) restarts\b/g, '3 restarts'],
  [/\b10\.244\.\d+\.\d+\b/g, '10.244.1.7'],
  [/\bnode-[12ab]\b/g, 'node-1'],
];

/** Takes out what is another each time: names that the cluster makes up, times, counts of events. */
export const normalise = (text: string, namespace: string): string =>
  masks.reduce(
    (masked, [pattern, fixed]) => masked.replace(pattern, fixed),
    text.replaceAll(namespace, 'production'),
  );
