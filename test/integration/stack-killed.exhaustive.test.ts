import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { isUnderWay } from '../../lib/release/model/release.ts';
import { killableStack } from './support/killable-stack.ts';
import { stopwatch } from './support/stopwatch.ts';

const apps = Array.from({ length: 20 }, (_, index) => `app-${String(index).padStart(2, '0')}`);
const tags = Array.from({ length: 15 }, (_, index) => `v1.0.${index + 1}`);
const newest = 'v1.0.15';
/** Hooks under way at the same time. */
const atOnce = 10;
/** The stack is killed when so many of the 300 hooks were answered; the last time with nearly all of them. */
const deaths = [100, 200, 290];

it('loses and doubles none of 300 releases where the stack is killed three times', async () => {
  const stack = await killableStack(apps, tags);
  const waiting = tags.flatMap((tag) => apps.map((app) => ({ app, tag })));
  const due = [...deaths];
  let answered = 0;
  let running = await stack.start();
  let sinceDeath = stopwatch(systemClock);
  while (waiting.length > 0) {
    const batch = waiting.splice(0, atOnce);
    const sent = batch.map(async (hook) => {
      // Its sender delivers again what was not answered.
      if (await stack.announce(hook.app, hook.tag)) answered += 1;
      else waiting.unshift(hook);
    });
    if (due.length > 0 && answered >= (due[0] ?? 0)) {
      due.shift();
      // One hook of the batch was answered, and the others are somewhere.
      await Promise.race(sent);
      await running.kill();
      sinceDeath = stopwatch(systemClock);
      await Promise.all(sent);
      running = await stack.start();
    }
    await Promise.all(sent);
  }
  const sinceAnswered = stopwatch(systemClock);

  const all = async () => {
    const releases = [];
    for (const app of apps) releases.push(...(await stack.releasesOf(app)));
    return releases;
  };
  await expect
    .poll(async () => (await all()).filter(({ state }) => isUnderWay(state)).length, { timeout: 1_200_000 })
    .toBe(0);
  process.stdout.write(
    `settled ${sinceDeath.seconds()} s after the last kill, ${sinceAnswered.seconds()} s after the last hook was answered\n`,
  );

  const releases = await all();
  const names = (given: readonly { readonly app: string; readonly tag: string }[]) =>
    given.map(({ app, tag }) => `${app} ${tag}`).toSorted();
  expect(names(releases)).toEqual(names(tags.flatMap((tag) => apps.map((app) => ({ app, tag })))));
  // A hook that is answered after that of a newer tag releases nothing.
  const isExpected = ({ state, code }: (typeof releases)[number]): boolean =>
    state === 'healthy' || state === 'superseded' || (state === 'skipped' && code === 'older-than-current');
  expect(releases.filter((release) => !isExpected(release))).toEqual([]);
  // What became of those that are not
  expect(releases.filter(({ state, tag }) => state !== 'healthy' && tag === newest)).toEqual([]);
  expect(names(releases.filter(({ state, tag }) => state === 'healthy' && tag === newest))).toEqual(
    names(apps.map((app) => ({ app, tag: newest }))),
  );

  const log = await stack.git('log', '--format=%B', 'config');
  const committed = [...log.matchAll(/^Release: (\S+)$/gm)].map(([, id]) => id);
  expect(new Set(committed).size).toBe(committed.length);
  expect(new Set(committed)).toEqual(
    new Set(releases.filter(({ commit }) => commit !== null).map(({ id }) => id)),
  );
  for (const app of apps)
    expect(await stack.git('show', `config:${app}/app.yml`)).toContain(`example/${app}:${newest}`);
  expect(await stack.git('fsck', '--strict', '--full')).toBe('');
  expect(await stack.images()).toMatchObject(
    Object.fromEntries(apps.map((app) => [app, `example/${app}:${newest}`])),
  );
  await running.kill();
});
