import { expect, test } from 'vitest';
import { decodeAction } from '../../../lib/slack/action.ts';
import { releaseMessage } from '../../../lib/slack/messages.ts';
import type { Reason } from '../../../lib/view/reason.ts';
import type { ReleaseView } from '../../../lib/view/release.ts';
import { actor, given } from '../../support/records.ts';
import { buttonsOf, shown } from './show.ts';

const release: ReleaseView = {
  app: 'okeydokey',
  environment: 'production',
  image: 'docker.io/devopswithkubernetes/okeydokey',
  tag: 'v0.0.4',
  state: 'healthy',
};
const id = '01JDCQ7RZ1Y6M8Y3T5V6W7X8Y9';
const at = Date.parse('2026-11-23T16:05:00Z');
const time = '<!date^1795449900^{date_short_pretty} {time}|2026-11-23 16:05 UTC>';
const image = '`devopswithkubernetes/okeydokey:v0.0.4`';

test('a healthy release, with all there is to know', () => {
  const message = releaseMessage({
    ...release,
    id,
    number: 12,
    previousTag: 'v0.0.3',
    commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    commitUrl: 'https://github.com/x/y/commit/6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    diffUrl: 'https://github.com/x/z/compare/v0.0.3...v0.0.4',
    requestedBy: actor('github:octocat'),
    startedAt: at,
    endedAt: at + 83_400,
    notes: ['the pods run another digest than the registry has'],
    offers: ['undo'],
  });

  expect(message).toEqual({
    text: 'okeydokey → production: v0.0.4 is healthy',
    blocks: [
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: ':white_check_mark: *okeydokey* → *production*: `v0.0.4` is healthy',
          verbatim: true,
        },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '`v0.0.3` → `v0.0.4`\n:information_source: the pods run another digest than the registry has',
          verbatim: true,
        },
      },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: `#12  ·  ${image}  ·  <https://github.com/x/y/commit/6113728f27ae82c7b1a177c8d03f9e96e0adf246|6113728>  ·  <https://github.com/x/z/compare/v0.0.3...v0.0.4|changes>  ·  asked for by github: octocat  ·  ${time}  ·  took 1 min 23 s  ·  ${id}`,
            verbatim: true,
          },
        ],
      },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'tagboat-0',
            text: { type: 'plain_text', text: 'Undo' },
            value: `{"type":"run","command":{"type":"undo","app":"okeydokey","environment":"production"},"confirmed":true,"expect":"${id}"}`,
            style: 'danger',
            confirm: {
              title: { type: 'plain_text', text: 'Undo v0.0.4?' },
              text: {
                type: 'plain_text',
                text: 'This puts the last healthy version of okeydokey back in production, or where none was healthy, what the config repo had before. v0.0.4 is held there until somebody releases it by hand.',
              },
              confirm: { type: 'plain_text', text: 'Undo' },
              deny: { type: 'plain_text', text: 'Leave it' },
              style: 'danger',
            },
          },
        ],
      },
    ],
  });
});

test.each<[Partial<ReleaseView>, string]>([
  [{ state: 'queued' }, ':inbox_tray: is queued'],
  [{ state: 'waiting-for-image' }, ':hourglass_flowing_sand: waits for its image'],
  [{ state: 'committed' }, ':pencil2: is committed'],
  [
    { state: 'committed', phase: 'waiting-for-agent' },
    ':hourglass_flowing_sand: is committed and waits for the agent to apply it',
  ],
  [{ state: 'rolling-out' }, ':rocket: is rolling out'],
  [{ state: 'rolling-out', phase: 'rolling-out' }, ':rocket: is rolling out'],
  [{ state: 'rolling-out', phase: 'applied' }, ':rocket: is applied; the cluster has yet to act on it'],
  [{ state: 'rolling-out', phase: 'paused' }, ':double_vertical_bar: is paused'],
  [
    { state: 'rolling-out', phase: 'waiting-for-person', paused: { by: { type: 'cluster' }, at } },
    ':raised_hand: waits for somebody to delete the old pods',
  ],
  [{ state: 'rolling-out', paused: { by: actor('slack:U024BE7LH'), at } }, ':double_vertical_bar: is paused'],
  [{ state: 'healthy', phase: 'rolling-out' }, ':white_check_mark: is healthy'],
  [{ state: 'failed' }, ':x: failed'],
  [{ state: 'undone', undoneFrom: 'healthy' }, ':leftwards_arrow_with_hook: was undone'],
  [{ state: 'undone', undoneFrom: 'failed' }, ':leftwards_arrow_with_hook: failed and was undone'],
  [{ state: 'superseded' }, ':fast_forward: was overtaken'],
  [{ state: 'skipped' }, ':fast_forward: was skipped'],
])('%j reads "%s"', (change, expected) => {
  const message = releaseMessage({ ...release, ...change });
  const [emoji, ...words] = expected.split(' ');
  expect(message.text).toBe(`okeydokey → production: v0.0.4 ${words.join(' ')}`);
  expect(shown(message)[0]).toBe(`${emoji} *okeydokey* → *production*: \`v0.0.4\` ${words.join(' ')}`);
});

test('progress in kubectl’s words, while there is some', () => {
  const progress =
    'Waiting for deployment "a_b" rollout to finish: 1 out of 2 new replicas have been updated...';
  expect(shown(releaseMessage({ ...release, state: 'rolling-out', progress }))).toEqual([
    ':rocket: *okeydokey* → *production*: `v0.0.4` is rolling out',
    '> Waiting for deployment "a_b" rollout to finish: 1 out of 2 new replicas have been updated...',
    image,
  ]);
  expect(shown(releaseMessage({ ...release, progress }))).toEqual([
    ':white_check_mark: *okeydokey* → *production*: `v0.0.4` is healthy',
    image,
  ]);
});

test('a paused rollout says who paused it, and offers to go on', () => {
  const message = releaseMessage({
    ...release,
    id,
    state: 'rolling-out',
    paused: { by: actor('slack:U024BE7LH'), at },
    offers: ['undo', 'resume'],
  });
  expect(shown(message)).toEqual([
    ':double_vertical_bar: *okeydokey* → *production*: `v0.0.4` is paused',
    `Paused by <@U024BE7LH> ${time}; nothing goes on until somebody resumes it.`,
    `${image}  ·  ${id}`,
    '[Resume]',
    '[Undo]',
  ]);
  expect(decodeAction(buttonsOf(message)[0]?.value ?? '')).toEqual({
    type: 'run',
    command: { type: 'resume', app: 'okeydokey', environment: 'production' },
    expect: id,
  });
});

const diagnosis = [
  {
    summary: 'The container exits with code 1',
    evidence: ['back-off 5m0s', 'TypeError: <x> & y'],
    next: 'Look at its log.',
    workload: 'deployment/okeydokey',
    pod: 'okeydokey-7d9',
    container: undefined,
    count: 3,
  },
  { summary: 'Nothing else', evidence: [], next: '', count: 1 },
];
const diagnosed = [
  '*The container exits with code 1* (3 pods)\n`deployment/okeydokey / okeydokey-7d9`\n```\nback-off 5m0s\nTypeError: &lt;x&gt; &amp; y\n```\nNext: Look at its log.',
  '*Nothing else*',
];

test('a failed release, with its diagnosis', () => {
  const message = releaseMessage({
    ...release,
    state: 'failed',
    reason: { code: 'timeout', message: 'the rollout ran out of time' },
    diagnosis,
  });
  expect(message.text).toBe('okeydokey → production: v0.0.4 failed: the rollout ran out of time');
  expect(shown(message)).toEqual([
    ':x: *okeydokey* → *production*: `v0.0.4` failed: the rollout ran out of time',
    ...diagnosed,
    image,
  ]);
});

test.each([
  ['by somebody', 'slack:U024BE7LH', '<@U024BE7LH>'],
  ['by itself', 'tagboat:onFailure', 'Tagboat (onFailure: undo)'],
])('one that was undone %s afterwards keeps its diagnosis, and says who undid it', (_name, by, expected) => {
  const message = releaseMessage({
    ...release,
    state: 'undone',
    undoneFrom: 'failed',
    undoneBy: actor(by),
    diagnosis,
    offers: [],
  });
  expect(message.text).toBe('okeydokey → production: v0.0.4 failed and was undone');
  expect(shown(message)).toEqual([
    ':leftwards_arrow_with_hook: *okeydokey* → *production*: `v0.0.4` failed and was undone',
    `Undone by ${expected}`,
    ...diagnosed,
    image,
  ]);
});

test('an undo says what it took away, and offers to put it back', () => {
  const message = releaseMessage({
    ...release,
    id,
    tag: 'v0.0.3',
    isUndo: true,
    undoneTag: 'v0.0.4',
    requestedBy: actor('slack:U024BE7LH'),
    offers: ['put-back'],
  });
  expect(message.text).toBe('okeydokey → production: undo to v0.0.3 is healthy');
  expect(shown(message)).toEqual([
    ':white_check_mark: *okeydokey* → *production*: undo to `v0.0.3` is healthy',
    '`v0.0.4` → `v0.0.3`\n`v0.0.4` is held until somebody releases it by hand.',
    `\`devopswithkubernetes/okeydokey:v0.0.3\`  ·  asked for by <@U024BE7LH>  ·  ${id}`,
    '[Put v0.0.4 back]',
  ]);
  const [button] = buttonsOf(message);
  expect(button?.confirm?.text.text).toBe(
    'This releases v0.0.4 of okeydokey to production again, and lifts the hold on it.',
  );
  expect(decodeAction(button?.value ?? '')).toEqual({
    type: 'run',
    command: { type: 'release', app: 'okeydokey', environment: 'production', tag: 'v0.0.4' },
    confirmed: true,
    expect: id,
  });
});

test('an undo that was itself undone says nothing of a hold', () => {
  const view: ReleaseView = { ...release, tag: 'v0.0.3', isUndo: true, undoneTag: 'v0.0.4' };
  expect(shown(releaseMessage({ ...view, state: 'undone' }))[1]).toBe('`v0.0.4` → `v0.0.3`');
});

test('a release by hand', () => {
  expect(
    shown(releaseMessage({ ...release, byHand: true, requestedBy: actor('slack:U024BE7LH') })).at(-1),
  ).toBe(`${image}  ·  by hand, asked for by <@U024BE7LH>`);
});

test.each([
  ['slack:U024BE7LH', '<@U024BE7LH>'],
  ['slack:bob', 'bob'],
  ['slack:<!channel>', '&lt;!channel&gt;'],
  ['github:octo<cat', 'github: octo&lt;cat'],
  ['dockerhub:unknown', 'dockerhub: unknown'],
  ['github:U024BE7LH', 'github: U024BE7LH'],
])('%s is shown as %s', (requestedBy, expected) => {
  expect(shown(releaseMessage({ ...release, requestedBy: actor(requestedBy) })).at(-1)).toBe(
    `${image}  ·  asked for by ${expected}`,
  );
});

test.each([
  [0, 'took 0 s'],
  [59_400, 'took 59 s'],
  [59_500, 'took 1 min 0 s'],
  [3_599_000, 'took 59 min 59 s'],
  [3_600_000, 'took 1 h 0 min'],
  [-5, 'took 0 s'],
])('%d milliseconds read "%s"', (length, expected) => {
  const message = releaseMessage({ ...release, startedAt: at, endedAt: at + length });
  expect(shown(message).at(-1)).toBe(`${image}  ·  ${time}  ·  ${expected}`);
});

test('credentials in evidence are masked', () => {
  const evidence = ['GET https://bot:hunter2@registry.example.com/ failed', 'DB_PASSWORD=hunter2'];
  const message = releaseMessage({
    ...release,
    state: 'failed',
    reason: { code: 'internal', message: 'Authorization: Bearer hunter2hunter2' },
    progress: 'token=hunter2',
    notes: ['password: hunter2'],
    diagnosis: [{ summary: 'x', evidence, next: 'y' }],
  });
  expect(JSON.stringify(message)).not.toContain('hunter2');
});

test.each<[Reason, string, string]>([
  [
    {
      code: 'held',
      tag: 'v0.0.4',
      by: actor('slack:U024BE7LH'),
      until: '2026-11-23T18:00:00.000Z',
      reason: given('by @U024BE7LH, until 2026-11-23T16:00:00Z'),
    },
    'v0.0.4 is held by <@U024BE7LH> until <!date^1795456800^{date_short_pretty} {time}|2026-11-23 18:00 UTC>: by @U024BE7LH, until 2026-11-23T16:00:00Z',
    'v0.0.4 is held by <@U024BE7LH> until 2026-11-23 18:00 UTC: by @U024BE7LH, until 2026-11-23T16:00:00Z',
  ],
  [
    { code: 'superseded', releaseId: id, other: 'committed' },
    'a newer release took its place',
    'a newer release took its place',
  ],
  [
    { code: 'superseded', releaseId: id, other: 'queued' },
    'a newer release takes its place',
    'a newer release takes its place',
  ],
])(
  'a reason is told with people and times as Slack shows them, and without ids: %j',
  (reason, expected, plain) => {
    const message = releaseMessage({ ...release, state: 'skipped', reason, startedAt: at, endedAt: at });
    expect(shown(message)).toEqual([
      `:fast_forward: *okeydokey* → *production*: \`v0.0.4\` was skipped: ${expected}`,
      // It took no time to leave it alone
      `${image}  ·  ${time}`,
    ]);
    expect(message.text).toBe(`okeydokey → production: v0.0.4 was skipped: ${plain}`);
  },
);
