import type { TagOrder, TagPolicy } from '../lib/config/types.ts';
import { isTag } from '../lib/image.ts';
import { imageTagOf } from '../lib/release/model/image-tag.ts';
import { orders } from '../lib/release/model/tag-order.ts';
import { policyProblem } from '../lib/release/model/tag-policy.ts';
import { stepBack } from '../lib/release/model/tag-scheme.ts';
import type { PolicyProblem } from '../lib/view/reason.ts';

/** What people tag with. */
const tags = [
  '1.2.3',
  'v1.2.3',
  'V1.2.3',
  '0.9.0',
  '1.2.3-rc.1',
  '1.2.3+build.5',
  '1.2.3.4',
  '1.2',
  '2026.11.27',
  '20261127',
  '1.4.0-0abc999',
  'v1.5.0-9-g1234567',
  'release-1.9.3',
  'app@1.2.3',
  'app/v1.2.3',
  'main-0f1e2d3',
  'LATEST',
] as const;

/** What stands, and what is pushed. */
const pairs = [
  ['v1.10.0', 'v1.9.3'],
  ['1.10.0', 'v1.9.3'],
  ['1.0.0-rc9', '1.0.0-rc10'],
  ['1.0.0-rc10', '1.0.0-rc9'],
  ['1.0.0-rc.9', '1.0.0-rc.10'],
  ['2.0.0-rc1', '2.0.0'],
  ['2.0.0', '2.0.0-rc1'],
  ['1.2.3.10', '1.2.3.4'],
  ['2.0.0', '2.0.0-SNAPSHOT'],
  ['build-42', 'build-41'],
  ['b4321', 'b4320'],
  ['build-10', 'build-9'],
  ['release-1.10.0', 'release-1.9.3'],
  ['1.4.0-f00d123', '1.4.0-0abc999'],
  ['1.6.0', '1.6.0-1-g1234567'],
  ['v1.5.0-10-g7654321', 'v1.5.0-9-g1234567'],
  ['2026.10.1', '2026.9.30'],
  ['20261127', '20261126'],
  ['main-7654321', 'main-1234567'],
  ['alpha', 'RC1'],
  ['develop', 'main'],
] as const;

const range = '>=1.0.0';
const anything = '.+';
const code = (text: string): string => `\`${text}\``;

const problems: Readonly<Record<PolicyProblem, string>> = {
  'no-version': 'no: not a version',
  prerelease: 'no: a prerelease',
  'out-of-range': 'no: outside of it',
  'no-match': 'no',
};

const admittedCell = (policy: TagPolicy, tag: string): string => {
  const problem = policyProblem(policy, tag);
  return problem === undefined ? 'yes' : problems[problem];
};

const imageCell = (template: string | undefined, tag: string): string => {
  const made = template === undefined ? tag : imageTagOf(template, { pattern: anything }, tag);
  if (made === undefined) return 'none: no version';
  return isTag(made) ? code(made) : 'none: not the tag of an image';
};

const outcomes = { older: 'skipped: older', unclear: '**skipped: unclear**' } as const;

const orderCell = (order: TagOrder | undefined, [stands, tag]: readonly [string, string]): string => {
  const step = stepBack({ policy: { pattern: anything, order } }, tag, stands);
  return step === undefined ? 'released' : outcomes[step];
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Which tags policies admit, and what the image of a Git tag is called. */
export const admittedTable = (): string =>
  table(
    [
      'tag',
      `\`semver: '${range}'\``,
      'and `prereleases: true`',
      `image of a Git tag`,
      "with `imageTag: '{tag}'`",
      "with `imageTag: '{version}'`, no group",
    ],
    tags.map((tag) => [
      code(tag),
      admittedCell({ semver: range }, tag),
      admittedCell({ semver: range, prereleases: true }, tag),
      imageCell(undefined, tag),
      imageCell('{tag}', tag),
      imageCell('{version}', tag),
    ]),
  );

/** What becomes of a tag that is pushed while another one stands, by order. */
export const orderTable = (): string => {
  const named = Object.keys(orders) as readonly TagOrder[];
  return table(
    ['stands', 'is pushed', 'no order', ...named.map((name) => code(name))],
    pairs.map((pair) => [...pair.map(code), ...[undefined, ...named].map((order) => orderCell(order, pair))]),
  );
};
