import { expect, it } from 'vitest';
import { atMost } from '../../../infra/local/lambda/concurrency.ts';

/** Calls that end when they are told to. */
const startable = () => {
  const started: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const run = (name: string): Promise<string> => {
    started.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return { started, run, end: (name: string) => ends.get(name) };
};

it('runs so many at a time, and the others in their order', async () => {
  const { started, run, end } = startable();
  const limited = atMost(2, run);

  const answers = ['a', 'b', 'c', 'd'].map(limited);
  expect(started).toEqual(['a', 'b']);
  end('b')?.resolve('B');
  expect(await answers[1]).toBe('B');
  expect(started).toEqual(['a', 'b', 'c']);

  end('a')?.resolve('A');
  end('c')?.resolve('C');
  await Promise.all([answers[0], answers[2]]);
  end('d')?.resolve('D');
  expect(await Promise.all(answers)).toEqual(['A', 'B', 'C', 'D']);
});

it('gives the place of one that fails to the next', async () => {
  const { started, run, end } = startable();
  const limited = atMost(1, run);

  const [first, second] = [limited('a'), limited('b')];
  end('a')?.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');

  expect(started).toEqual(['a', 'b']);
  end('b')?.resolve('B');
  expect(await second).toBe('B');
});
