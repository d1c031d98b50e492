import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../../lib/config/types.ts';
import type { ImagePushed } from '../../../lib/event.ts';
import { intakeDeferred } from '../../../lib/release/intake/intake-deferred.ts';
import { digest } from '../support/context.ts';
import { createHarness } from '../support/harness.ts';

const minute = 60_000;
const pushed = (tag: string, of: string): ImagePushed => ({
  type: 'image-pushed',
  source: 'distribution',
  delivery: of,
  image: 'docker.io/example/app',
  tag,
  digest: digest(of),
  actor: 'octocat',
});

const arrange = (environment: Partial<EnvironmentConfig>) => {
  const harness = createHarness(environment);
  const start = harness.clock.now();
  const late = async (event: ImagePushed, afterMs: number): Promise<void> => {
    const job = { v: 1, type: 'intake', source: 'distribution', requestId: 'r', receivedAt: start + afterMs };
    await intakeDeferred(JSON.stringify({ ...job, events: [event] }), (parsed) => parsed, harness.context);
    await harness.settle();
  };
  return { harness, late };
};

const byPattern = { tags: { pattern: 'main-.*' } };

describe('a hook that waited in the queue while another was taken in', () => {
  it.each([
    ['tags without an order', byPattern, 'main-aaaaaaa', 'main-bbbbbbb'],
    ['one tag, pushed twice', { tags: { pattern: 'latest' }, pin: 'digest' } as const, 'latest', 'latest'],
  ])('takes nobody’s place: %s', async (_name, environment, first, second) => {
    const { harness, late } = arrange(environment);
    harness.clock.advance(minute);
    await harness.hook({ events: [pushed(second, 'b')], ignored: [] });
    const commits = harness.repo.commits.length;

    await late(pushed(first, 'a'), 0);

    expect(await harness.history()).toEqual([
      `#2 release ${first} superseded`,
      `#1 release ${second} healthy`,
    ]);
    expect(await harness.newest()).toMatchObject({ reason: { code: 'superseded', other: 'committed' } });
    expect(harness.repo.commits).toHaveLength(commits);
  });

  it.each([
    [
      'by the order of its policy',
      { tags: { pattern: 'build-(\\d+)', order: 'numeric' } } as const,
      'build-9',
      'build-8',
      'healthy',
    ],
    [
      'unless what was pushed last is to win',
      { tags: { pattern: 'build-(\\d+)', order: 'time' } } as const,
      'build-9',
      'build-8',
      'superseded',
    ],
    [
      'by how it looks, where nobody has said more',
      { tags: { pattern: 'build-\\d+' } },
      'build-9',
      'build-8',
      'healthy',
    ],
  ])('is released where it is newer, %s', async (_name, environment, first, second, state) => {
    const { harness, late } = arrange(environment);
    harness.clock.advance(minute);
    await harness.hook({ events: [pushed(second, 'b')], ignored: [] });

    await late(pushed(first, 'a'), 0);

    expect((await harness.newest())?.state).toBe(state);
  });

  it('is released where the other has failed', async () => {
    const { harness, late } = arrange(byPattern);
    harness.clock.advance(minute);
    harness.verdicts.set('main-bbbbbbb', {
      type: 'failed',
      reason: 'it crashes',
      diagnosis: [{ cause: 'crash-loop', summary: 'it crashes', evidence: [], next: '' }],
    });
    await harness.hook({ events: [pushed('main-bbbbbbb', 'b')], ignored: [] });

    await late(pushed('main-aaaaaaa', 'a'), 0);

    expect((await harness.newest())?.state).toBe('healthy');
  });

  it.each([
    ['in their order', [0, 1]],
    ['in the other order', [1, 0]],
  ])('and another one that waited: the one that was sent last stays, taken in %s', async (_name, order) => {
    const { harness, late } = arrange(byPattern);
    harness.clock.advance(10 * minute);
    const both = [pushed('main-aaaaaaa', 'a'), pushed('main-bbbbbbb', 'b')];

    for (const at of order) await late(both[at] as ImagePushed, at * minute);

    const healthy = (await harness.history()).filter((line) => line.endsWith('healthy'));
    expect(healthy.at(0)).toContain('main-bbbbbbb');
    expect(harness.cluster.tag).toBe('main-bbbbbbb');
  });

  it('is compared by its version, where both have one', async () => {
    const { harness, late } = arrange({});
    harness.clock.advance(minute);
    await harness.hook({ events: [pushed('v1.1.0', 'b')], ignored: [] });

    await late(pushed('v1.2.0', 'a'), 0);

    expect(await harness.newest()).toMatchObject({ tag: 'v1.2.0', state: 'healthy' });
  });
});

describe('a hook that says that it was pushed long before another', () => {
  const hour = 60 * minute;
  const order = { tags: { pattern: 'main-.*', order: 'time' } } as const;
  const at = (harness: ReturnType<typeof createHarness>, tag: string, of: string, age: number) =>
    harness.hook({
      events: [{ ...pushed(tag, of), pushedAt: harness.clock.now() - age }],
      ignored: [],
    });

  it.each([
    ['tags that are ordered by time', order, 'main-aaaaaaa', 'main-bbbbbbb'],
    ['tags without an order', byPattern, 'main-aaaaaaa', 'main-bbbbbbb'],
    ['one tag, pushed twice', { tags: { pattern: 'latest' }, pin: 'digest' } as const, 'latest', 'latest'],
  ])('takes nobody’s place: %s', async (_name, environment, first, second) => {
    const harness = createHarness(environment);
    await at(harness, second, 'b', 1000);

    await at(harness, first, 'a', hour);

    expect(await harness.history()).toEqual([
      `#2 release ${first} superseded`,
      `#1 release ${second} healthy`,
    ]);
  });

  it('is compared with another that came late by when that was pushed', async () => {
    const harness = createHarness(order);
    await at(harness, 'main-aaaaaaa', 'a', 3 * hour);

    await at(harness, 'main-bbbbbbb', 'b', hour);

    expect(harness.cluster.tag).toBe('main-bbbbbbb');
  });

  it.each([
    ['a minute', minute],
    ['longer than any event is on its way', 30 * 24 * hour],
    ['a time to come', -hour],
  ])('does where that is no reason to think so: %s', async (_name, age) => {
    const harness = createHarness(order);
    await at(harness, 'main-bbbbbbb', 'b', 1000);
    harness.clock.advance(1000);

    await at(harness, 'main-aaaaaaa', 'a', age);

    expect(harness.cluster.tag).toBe('main-aaaaaaa');
  });

  it('waits in the queue with the time of its push', async () => {
    const { harness, late } = arrange(order);
    const pushedAt = harness.clock.now();
    harness.clock.advance(hour);
    await harness.hook({ events: [pushed('main-bbbbbbb', 'b')], ignored: [] });

    await late({ ...pushed('main-aaaaaaa', 'a'), pushedAt }, 2 * hour);

    expect(harness.cluster.tag).toBe('main-bbbbbbb');
  });

  it('is no second attempt where it is delivered twice, and is one where it was pushed again', async () => {
    const harness = createHarness(order);
    harness.verdicts.set('main-aaaaaaa', { type: 'failed', reason: 'it crashes', diagnosis: [] });
    await at(harness, 'main-aaaaaaa', 'a', 1000);
    harness.clock.advance(minute);
    harness.verdicts.clear();

    await at(harness, 'main-aaaaaaa', 'a', minute + 1000);
    expect(await harness.history()).toEqual(['#1 release main-aaaaaaa failed']);
    await at(harness, 'main-aaaaaaa', 'a', 1000);

    expect(await harness.history()).toEqual([
      '#2 release main-aaaaaaa healthy',
      '#1 release main-aaaaaaa failed',
    ]);
  });

  it('is a second attempt where somebody delivers it again, and it does not say when it was pushed', async () => {
    const harness = createHarness(order);
    harness.verdicts.set('main-aaaaaaa', { type: 'failed', reason: 'it crashes', diagnosis: [] });
    await harness.hook({ events: [pushed('main-aaaaaaa', 'a')], ignored: [] });
    harness.verdicts.clear();

    await harness.hook({ events: [pushed('main-aaaaaaa', 'a')], ignored: [] });

    expect(harness.cluster.tag).toBe('main-aaaaaaa');
    expect((await harness.newest())?.state).toBe('healthy');
  });
});

it('a hook of a source that was taken out meanwhile releases nothing', async () => {
  const harness = createHarness({});
  const job = {
    v: 1,
    type: 'intake',
    source: 'distribution',
    requestId: 'r',
    receivedAt: harness.clock.now(),
  };

  await intakeDeferred(
    JSON.stringify({ ...job, events: [pushed('v1.1.0', 'a')] }),
    () => ({ events: [], ignored: [] }),
    harness.context,
  );

  expect(await harness.history()).toEqual([]);
});
