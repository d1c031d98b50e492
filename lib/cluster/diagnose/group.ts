import type { Finding } from './finding.ts';

export type Counted = Finding & { readonly count: number };

/** What differs from pod to pod: names, addresses, ids. */
const general = ({ summary, pod }: Finding): string =>
  (pod === undefined ? summary : summary.replaceAll(pod, '<pod>'))
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-f:]+\]/gi, '<address>')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{12,64}\b/gi, '<id>');

const keyOf = (finding: Finding): string =>
  JSON.stringify([finding.cause, finding.workload, finding.container, general(finding)]);

/** Findings that say the same about several pods become one, that of the pod with the most to tell, with their number. */
export const groupFindings = (findings: readonly Finding[]): readonly Counted[] =>
  [...Map.groupBy(findings, keyOf).values()].flatMap((same) => {
    const [telling] = same.toSorted((one, other) => (other.weight ?? 0) - (one.weight ?? 0));
    return telling === undefined ? [] : [{ ...telling, count: same.length }];
  });
