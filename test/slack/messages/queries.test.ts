import { describe, expect, test } from 'vitest';
import { historyMessage, holdsMessage, statusMessage } from '../../../lib/slack/messages.ts';
import type { Hold } from '../../../lib/view/hold.ts';
import type { ReleaseView } from '../../../lib/view/release.ts';
import { actor, given } from '../../support/records.ts';
import { shown } from './show.ts';

const place = { app: 'okeydokey', environment: 'production' };
const elsewhere = { app: 'shop', environment: 'staging' };
const at = Date.parse('2026-11-23T16:05:00Z');
const time = '<!date^1795449900^{date_short_pretty} {time}|2026-11-23 16:05 UTC>';
const release: ReleaseView = {
  ...place,
  id: '01JDCQ7RZ1Y6M8Y3T5V6W7X8Y9',
  number: 12,
  image: 'docker.io/devopswithkubernetes/okeydokey',
  tag: 'v0.0.4',
  state: 'healthy',
  requestedBy: actor('github:octocat'),
  source: 'github',
  startedAt: at,
};
const hold: Hold = {
  ...place,
  tag: 'v0.0.5',
  by: actor('slack:U024BE7LH'),
  reason: given('undone from Slack'),
  createdAt: new Date(at).toISOString(),
  release: 'x',
};
const failed: ReleaseView = {
  ...release,
  state: 'failed',
  reason: { code: 'timeout', message: 'the rollout ran out of time' },
  diagnosis: [{ summary: 'It crashes', evidence: ['exit code 1'], next: 'Look.' }],
  offers: ['undo'],
};

describe('status', () => {
  test('of one place: what stands, why, what waits, what is held, and what to do', () => {
    const message = statusMessage([
      {
        ...place,
        current: failed,
        waiting: [{ ...release, number: 13, tag: 'v0.0.5', state: 'waiting-for-image' }],
        holds: [hold],
      },
    ]);
    expect(message).toMatchObject({
      response_type: 'ephemeral',
      text: 'okeydokey → production: v0.0.4 failed',
    });
    expect(shown(message)).toEqual([
      [
        '*okeydokey* → *production*',
        `:x: \`v0.0.4\` failed  ·  #12  ·  ${time}  ·  by github: octocat`,
        '      the rollout ran out of time',
        `then :hourglass_flowing_sand: \`v0.0.5\` waits for its image  ·  #13  ·  ${time}  ·  by github: octocat`,
        `:lock: \`v0.0.5\`: undone from Slack (by <@U024BE7LH> with an undo, ${time})`,
      ].join('\n'),
      '*It crashes*\n```\nexit code 1\n```\nNext: Look.',
      '[Undo]',
    ]);
  });

  test('of several: in short', () => {
    const message = statusMessage([
      { ...place, current: failed, waiting: [], holds: [] },
      {
        ...elsewhere,
        waiting: [],
        holds: [{ ...hold, ...elsewhere, tag: '*', until: new Date(at).toISOString(), release: undefined }],
      },
    ]);
    expect(message.text).toBe(
      'okeydokey → production: v0.0.4 failed; shop → staging: nothing was released yet',
    );
    expect(shown(message)).toEqual([
      `*okeydokey* → *production*\n:x: \`v0.0.4\` failed  ·  #12  ·  ${time}  ·  by github: octocat\n      the rollout ran out of time`,
      `*shop* → *staging*\nNothing was released yet.\n:lock: every tag until ${time}: undone from Slack (by <@U024BE7LH>, ${time})`,
    ]);
  });

  test('of a rollout that goes on: in kubectl’s words', () => {
    const current: ReleaseView = { ...release, state: 'rolling-out', progress: 'Waiting for <2> pods' };
    expect(shown(statusMessage([{ ...place, current, waiting: [], holds: [] }]))[0]).toContain(
      '\n      Waiting for &lt;2&gt; pods',
    );
  });

  test('of nothing', () => {
    expect(shown(statusMessage([]))).toEqual(['There is no app to show.']);
  });

  test('of much waiting and many holds: the first of them', () => {
    const waiting = Array.from({ length: 7 }, (): ReleaseView => ({ ...release, state: 'queued' }));
    const [text] = shown(statusMessage([{ ...place, waiting, holds: [hold, hold, hold, hold, hold] }]));
    expect(text?.split('\n').filter((line) => line.startsWith('…'))).toEqual([
      '… and 2 more waiting',
      '… and 2 more holds',
    ]);
  });
});

describe('history', () => {
  test('says what was released, when, by whom, from which hook, and how to go back', () => {
    const message = historyMessage([
      {
        ...place,
        releases: [
          { ...failed, commit: '6113728' },
          {
            ...release,
            number: 11,
            tag: 'v0.0.3',
            requestedBy: actor('slack:U024BE7LH'),
            source: 'slack',
            byHand: true,
          },
          {
            ...release,
            number: 10,
            tag: 'v0.0.2',
            isUndo: true,
            requestedBy: actor('tagboat:onFailure'),
            source: 'tagboat',
            state: 'undone',
            undoneFrom: 'healthy',
          },
          {
            ...release,
            number: undefined,
            tag: 'v0.0.1',
            requestedBy: actor('reconcile:unknown'),
            source: 'schedule',
          },
        ],
      },
    ]);
    expect(message).toMatchObject({ response_type: 'ephemeral', text: 'okeydokey → production: 4 releases' });
    expect(shown(message)).toEqual([
      [
        '*okeydokey* → *production*',
        `#12  \`v0.0.4\` :x: failed  ·  ${time}  ·  by github: octocat  ·  the rollout ran out of time`,
        `#11  \`v0.0.3\` :white_check_mark: is healthy  ·  ${time}  ·  by <@U024BE7LH>, by hand`,
        `#10  \`v0.0.2\` :leftwards_arrow_with_hook: undo, was undone  ·  ${time}  ·  by Tagboat (onFailure: undo)`,
        `\`v0.0.1\` :white_check_mark: is healthy  ·  ${time}  ·  by reconcile: unknown, from schedule`,
      ].join('\n'),
      'Go back with `/undo okeydokey production to #11`',
    ]);
  });

  test('with nothing to go back to, says nothing of it', () => {
    expect(shown(historyMessage([{ ...place, releases: [release] }]))).toHaveLength(1);
    expect(shown(historyMessage([{ ...place, releases: [release, failed] }]))).toHaveLength(1);
  });

  test('goes back to what ran well: not to what stands, nor to what was taken away since', () => {
    const undone: ReleaseView = { ...release, state: 'undone', undoneFrom: 'healthy' };
    const wayBack = (...releases: readonly ReleaseView[]): string | undefined =>
      shown(historyMessage([{ ...place, releases }]))[1];

    // v0.0.5 was undone, v0.0.4 stands again; what stands was released twice
    expect(
      wayBack(
        { ...release, number: 5, tag: 'v0.0.4', isUndo: true },
        { ...undone, number: 4, tag: 'v0.0.5' },
        { ...release, number: 3, tag: 'v0.0.4' },
        { ...release, number: 2, tag: 'v0.0.5' },
        { ...release, number: 1, tag: 'v0.0.3' },
      ),
    ).toBe('Go back with `/undo okeydokey production to #1`');
    // What was skipped, or failed before it was committed, is not what stands
    expect(
      wayBack(
        { ...release, number: 4, tag: 'v0.0.7', state: 'skipped' },
        { ...failed, number: 3, tag: 'v0.0.6' },
        { ...release, number: 2, tag: 'v0.0.5' },
        { ...release, number: 1, tag: 'v0.0.4' },
      ),
    ).toBe('Go back with `/undo okeydokey production to #1`');
    expect(wayBack(release, { ...undone, number: 11, tag: 'v0.0.3' })).toBeUndefined();
  });

  test('of places without one', () => {
    const message = historyMessage([
      { ...place, releases: [release] },
      { ...elsewhere, releases: [] },
    ]);
    expect(message.text).toBe('okeydokey → production: one release; shop → staging: 0 releases');
    expect(shown(message)[1]).toBe('*shop* → *staging*\nNothing was released yet.');
  });
});

describe('holds', () => {
  test('each in a line', () => {
    const message = holdsMessage([hold, { ...hold, ...elsewhere, tag: '*', release: undefined }]);
    expect(message).toMatchObject({ response_type: 'ephemeral', text: '2 holds.' });
    expect(shown(message)).toEqual([
      '*2 holds*',
      `*okeydokey* → *production*  :lock: \`v0.0.5\`: undone from Slack (by <@U024BE7LH> with an undo, ${time})\n*shop* → *staging*  :lock: every tag: undone from Slack (by <@U024BE7LH>, ${time})`,
      'Lift one with `/tagboat unhold &lt;app&gt; [environment] [&lt;tag&gt;|all]`',
    ]);
  });

  test('none', () => {
    expect(shown(holdsMessage([]))).toEqual(['Nothing is held.']);
  });
});
