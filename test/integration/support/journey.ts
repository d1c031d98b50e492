import { expect } from 'vitest';
import { readJson } from './answers.ts';
import type { Project } from './project.ts';

export const journeyImage = 'example/journey';

/** The tags of the journey, in its order. What ends in `crash` crashes on every cluster that the tests know. */
const tags = { first: 'v1.0.0', bad: 'v1.1.0-crash', next: 'v1.2.0' } as const;

/**
 * The main job from end to end, whatever it stands on: a release, delivered many times; one that crashes, undone from
 * Slack; its hook again; and the next tag.
 */
export const makeTheJourney = async (project: Project): Promise<void> => {
  const { stack } = project;
  for (const tag of ['v0.9.0', ...Object.values(tags)]) await stack.registry.push(journeyImage, tag);
  await stack.registry.push('example/proxy', 'v1');
  // On a real cluster a crash takes its time to be one.
  const idle = () => stack.idle({ timeoutMs: 300_000 });

  await Promise.all([project.pushTag(tags.first), project.pushTag(tags.first), project.pushTag(tags.first)]);
  await idle();
  expect(await project.releases()).toMatchObject([{ tag: tags.first, state: 'healthy' }]);

  await project.pushTag(tags.bad);
  await idle();
  const [crashed] = await project.releases();
  expect(crashed).toMatchObject({ tag: tags.bad, state: 'failed', code: 'crash-loop' });
  expect(crashed?.diagnosis[0]).toMatchObject({
    cause: 'crash-loop',
    summary: 'Container app ends with exit code 1 again and again.',
  });

  const undo = await project.slash('/undo app');
  await idle();
  expect(undo.text).toBe(`Undoing app in production, from ${tags.bad} back to ${tags.first}`);
  expect(project.channel().at(-1)).toBe(`app → production: undo to ${tags.first} is healthy`);

  const again = await project.pushTag(tags.bad);
  expect(await readJson(again, 202)).toMatchObject({ releases: [], skipped: [{ reason: 'held' }] });
  await project.pushTag(tags.next);
  await idle();

  expect((await project.releases()).map(({ kind, tag, state }) => `${kind} ${tag} ${state}`)).toEqual([
    `release ${tags.next} healthy`,
    `release ${tags.bad} skipped`,
    `undo ${tags.first} healthy`,
    `release ${tags.bad} undone`,
    `release ${tags.first} healthy`,
  ]);
  expect(await project.commits()).toBe(5);
  expect(await project.git('fsck', '--strict', '--full')).toBe('');
  expect(await stack.deadLetters()).toEqual({});
};
