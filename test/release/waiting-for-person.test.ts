import { describe, expect, it } from 'vitest';
import type { RolloutVerdict } from '../../lib/cluster/watch/watch-rollout.ts';
import { createHarness, type Harness, rollingOut } from './support/harness.ts';
import { hooksOfApp as hooks } from './support/hooks.ts';

const minute = 60_000;
const hour = 60 * minute;
const { progress } = rollingOut as Extract<RolloutVerdict, { type: 'pending' }>;
/** A DaemonSet with the update strategy OnDelete: 2gis/k8s-handle#100. */
const onDelete: RolloutVerdict = {
  type: 'pending',
  progress: { ...progress, phase: 'waiting-for-person', message: '3 of 5 pods still run the old template' },
};

const reminders = ({ channel }: Harness): readonly string[] =>
  channel.said.filter(({ how, text }) => how === 'post' && text.includes(' now')).map(({ text }) => text);

const arrange = async () => {
  const harness = createHarness({ onFailure: 'undo' });
  harness.verdicts.set('v1.1.0', onDelete);
  await harness.hook(hooks.dockerhub('v1.1.0'));
  return harness;
};

describe('a rollout that waits for a person', () => {
  it('neither fails nor is undone, however long it takes', async () => {
    const harness = await arrange();

    await harness.pass(3 * 24 * hour);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 rolling-out']);
    expect(await harness.newest()).toMatchObject({
      phase: 'waiting-for-person',
      progress: '3 of 5 pods still run the old template',
      paused: { by: { type: 'cluster' } },
    });
  });

  it('is looked at less and less often', async () => {
    const harness = await arrange();
    const looksIn = async (ms: number): Promise<number> => {
      const before = harness.cluster.deadlines.length;
      await harness.pass(ms);
      return harness.cluster.deadlines.length - before;
    };

    await harness.pass(5 * minute);
    expect(await looksIn(10 * minute)).toBe(10);
    await harness.pass(20 * hour);
    expect(await looksIn(2 * hour)).toBe(8);
  });

  it('is brought to mind once a day', async () => {
    const harness = await arrange();

    await harness.pass(23 * hour);
    expect(reminders(harness)).toEqual([]);
    await harness.pass(26 * hour);

    // At the first look after a day: by then there is one every quarter of an hour.
    expect(reminders(harness)).toEqual([
      'app → production: v1.1.0 waits for somebody to delete the old pods for 24 h 13 min now',
      'app → production: v1.1.0 waits for somebody to delete the old pods for 48 h 13 min now',
    ]);
  });

  it('has as much time as it had before, once the last pod is deleted', async () => {
    const harness = await arrange();
    await harness.pass(2 * hour);
    harness.verdicts.set('v1.1.0', rollingOut);

    await harness.pass(3 * minute);
    const { paused, deadline = 0 } = (await harness.newest()) ?? {};
    expect(paused).toBeUndefined();
    expect(deadline - harness.clock.now()).toBeLessThanOrEqual(5 * minute);
    expect(deadline - harness.clock.now()).toBeGreaterThan(2 * minute);
    harness.verdicts.delete('v1.1.0');
    await harness.pass(minute);

    expect(await harness.history()).toEqual(['#1 release v1.1.0 healthy']);
  });

  it('still fails where its new pods crash', async () => {
    const harness = createHarness({ onFailure: 'undo' });
    await harness.hook(hooks.dockerhub('v1.0.0'));
    harness.verdicts.set('v1.1.0', onDelete);
    await harness.hook(hooks.dockerhub('v1.1.0'));
    await harness.pass(2 * hour);
    harness.verdicts.set('v1.1.0', {
      type: 'failed',
      reason: 'app crashes',
      diagnosis: [{ cause: 'crash-loop', summary: 'app crashes', evidence: [], next: '' }],
    });

    await harness.pass(10 * minute);

    expect(await harness.history()).toContain('#2 release v1.1.0 undone');
  });

  it('offers no button that would not help', async () => {
    const harness = await arrange();

    const message = JSON.stringify(harness.channel.said.at(-1)?.message);
    expect(message).toContain('waits for somebody to delete the old pods');
    expect(message).toContain('its timeout does not count meanwhile');
    expect(message).not.toContain('"Resume"');
    expect(message).toContain('"Undo"');
  });
});
