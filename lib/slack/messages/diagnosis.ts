import type { DiagnosisView } from '../../view/release.ts';
import { code, codeBlock, escapeMrkdwn } from '../text.ts';
import { type Block, section } from './block-kit.ts';

/** A reader takes fewer than Slack. */
const maxShown = 10;

/** What went wrong, where, what shows it and what to look at: one section a cause. */
export const diagnosisBlocks = (diagnosis: readonly DiagnosisView[]): readonly Block[] => {
  const shown = diagnosis.slice(0, maxShown).map((one) => {
    const count = one.count ?? 1;
    const where = [one.workload, one.pod, one.container].filter((part) => part !== undefined && part !== '');
    return section(
      [
        `*${escapeMrkdwn(one.summary, 600)}*${count > 1 ? ` (${Math.trunc(count)} pods)` : ''}`,
        ...(where.length === 0 ? [] : [code(where.join(' / '))]),
        ...(one.evidence.length === 0 ? [] : [codeBlock(one.evidence, 1500)]),
        ...(one.next === '' ? [] : [`Next: ${escapeMrkdwn(one.next, 500)}`]),
      ].join('\n'),
    );
  });
  const more = diagnosis.length - shown.length;
  return more > 0 ? [...shown, section(`… and ${more} more`)] : shown;
};
