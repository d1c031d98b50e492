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

const refuse = (): string => 'no room';

it('runs so many at a time, and the others in their order', async () => {
  const { started, run, end } = startable();
  const limited = atMost({ running: 2, waiting: 9 }, run, refuse);

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
  const limited = atMost({ running: 1, waiting: 9 }, run, refuse);

  const [first, second] = [limited('a'), limited('b')];
  end('a')?.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');

  expect(started).toEqual(['a', 'b']);
  end('b')?.resolve('B');
  expect(await second).toBe('B');
});

it('refuses what comes while too many wait, and takes what comes after that', async () => {
  const { started, run, end } = startable();
  const limited = atMost({ running: 1, waiting: 1 }, run, refuse);

  const [first, second, third] = [limited('a'), limited('b'), limited('c')];
  expect(await third).toBe('no room');
  end('a')?.resolve('A');
  await first;
  const fourth = limited('d');
  end('b')?.resolve('B');
  expect(await second).toBe('B');
  end('d')?.resolve('D');

  expect(await fourth).toBe('D');
  expect(started).toEqual(['a', 'b', 'd']);
});
