import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { run } from '../../../../bin/commands/slack.ts';
import { systemClock } from '../../../../lib/clock.ts';
import { temporaryDirectory } from '../../../integration/support/process.ts';
import { ended, sendHook, startExample, tagPush } from '../../../integration/support/stack.ts';

/** However long it takes, it is not given up. */
const patientClock = { ...systemClock, now: () => 0 };

/** A running stack with v0.0.4 released, and the `tagboat slack` that talks to it. */
const startReleased = async () => {
  const stateDirectory = temporaryDirectory();
  const { stack, next } = await startExample({ stateDirectory });
  await ended(stack, await sendHook(stack, tagPush(next)));

  return async (...args: readonly string[]) => {
    let out = '';
    let problems = '';
    const code = await run([...args, '--state', stateDirectory], {
      stdin: Readable.from([]),
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (problems += text) },
      env: {},
      clock: patientClock,
    });
    const lines = out
      .replace(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, 'R')
      .replace(/\bcommit [0-9a-f]{7}\b/g, 'commit C')
      .trimEnd()
      .split('\n');
    return {
      code,
      lines,
      first: lines.find((line) => !line.startsWith('… Received: ')),
      last: lines.at(-1),
      problems,
    };
  };
};

it('tagboat slack undoes on a running stack, puts back with the button, asks before it releases what is held, and looks back', async () => {
  const slack = await startReleased();

  const undone = await slack('/undo okeydokey');
  const put = await slack('--press', 'put v0.0.4');
  const history = await slack('/tagboat history okeydokey');

  expect([undone.code, undone.first, undone.last]).toEqual([
    0,
    '↩ Undoing okeydokey in production, from v0.0.4 back to v0.0.3',
    'healthy: okeydokey production, undo to v0.0.3, commit C, release R',
  ]);
  expect(undone.lines).toContain('[Put v0.0.4 back]');
  expect(undone.lines).toContain('✓ okeydokey → production: undo to v0.0.3 is healthy');
  expect([put.code, put.last]).toEqual([0, 'healthy: okeydokey production, v0.0.4, commit C, release R']);
  expect(put.lines).toContain('… okeydokey → production: releasing v0.0.4 by hand; the hold on it is lifted');
  expect([history.code, history.lines.map((line) => line.split('  ·  ')[0])]).toEqual([
    0,
    [
      '… Received: /tagboat history okeydokey; the answer follows.',
      'okeydokey → production',
      '#3  v0.0.4 ✓ is healthy',
      '#2  v0.0.3 ✓ undo, is healthy',
      '#1  v0.0.4 ↩ was undone',
      'Go back with /undo okeydokey production to #2',
    ],
  ]);

  await slack('/tagboat hold okeydokey v0.0.9 because broken');
  const asked = await slack('/tagboat release okeydokey v0.0.9');
  const cancelled = await slack('--press', 'cancel');
  const again = await slack('--press', 'cancel');

  expect([asked.code, asked.first, asked.lines.at(-2)]).toEqual([
    0,
    'Release v0.0.9 to okeydokey production although it is held?',
    '[Release v0.0.9] [Cancel]',
  ]);
  expect([cancelled.code, cancelled.lines]).toEqual([0, ['Cancelled; nothing was changed.']]);
  expect([again.code, again.problems]).toEqual([1, expect.stringMatching(/^There is no button "cancel"; /)]);

  const paused = await slack('/tagboat pause okeydokey');
  const stranger = await slack('/undo okeydokey', '--user', 'U0STRANGER');

  expect([paused.code, paused.lines.slice(0, 2)]).toEqual([
    0,
    [
      '… Received: /tagboat pause okeydokey; the answer follows.',
      '‖ okeydokey → production: the rollout is paused',
    ],
  ]);
  expect([stranger.code, stranger.first]).toEqual([
    1,
    '✗ Sorry, no: you may not do that in okeydokey production',
  ]);
});
