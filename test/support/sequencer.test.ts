import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { LongestFirst } from './sequencer.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => [
  `/project/test/integration/${name}.test.ts`,
  `/project/test/${name}.test.ts`,
]);

const sortedWith = async (seed: number): Promise<readonly string[]> => {
  const sequencer = new LongestFirst({ config: { root: '/project', sequence: { seed } } } as Vitest);
  const files = names.map((moduleId) => ({ moduleId }) as TestSpecification);
  return (await sequencer.sort(files)).map(({ moduleId }) => moduleId);
};

it('sorts by the seed, the files that take longest first', async () => {
  const sorted = await sortedWith(1);

  expect(sorted.toSorted()).toEqual(names.toSorted());
  expect(sorted.slice(0, 6).every((name) => name.includes('/integration/'))).toBe(true);
  expect(await sortedWith(1)).toEqual(sorted);
  expect(await sortedWith(2)).not.toEqual(sorted);
});
