import { expect, it } from 'vitest';
import type { Finding } from '../../../lib/cluster/diagnose/finding.ts';
import { groupFindings } from '../../../lib/cluster/diagnose/finding.ts';

const finding = (pod: string, summary: string, more: Partial<Finding> = {}): Finding => ({
  cause: 'not-ready',
  summary,
  evidence: [],
  next: 'Look.',
  pod,
  container: 'web',
  ...more,
});

it.each<[string, readonly [Finding, Finding], number]>([
  ['the same words', [finding('web-1', 'It fails.'), finding('web-2', 'It fails.')], 1],
  [
    'the address of each pod',
    [
      finding('web-1', 'Get "http://10.1.2.3:8080/": refused'),
      finding('web-2', 'Get "http://10.1.2.4:8080/": refused'),
    ],
    1,
  ],
  [
    'the IPv6 address of each pod',
    [finding('web-1', 'Get "http://[fd00::1]:80/"'), finding('web-2', 'Get "http://[fd00::2]:80/"')],
    1,
  ],
  [
    'the name and the uid of each pod',
    [
      finding('web-1', 'web-1_shop(0a1b2c3d-0000-4000-8000-000000000001) is no more'),
      finding('web-2', 'web-2_shop(0a1b2c3d-0000-4000-8000-000000000002) is no more'),
    ],
    1,
  ],
  ['other words', [finding('web-1', 'It fails.'), finding('web-2', 'It hangs.')], 2],
  [
    'another container',
    [finding('web-1', 'It fails.'), finding('web-2', 'It fails.', { container: 'proxy' })],
    2,
  ],
])('two pods with %s', (_, findings, groups) => {
  expect(groupFindings(findings)).toHaveLength(groups);
});

it('shows the pod with the most to tell, and counts the others', () => {
  const same = [1, 3, 2].map((weight) => finding(`web-${weight}`, 'It fails.', { weight }));
  expect(groupFindings(same)).toEqual([{ ...same[1], count: 3 }]);
});
