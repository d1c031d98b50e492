import { expect, it } from 'vitest';
import { atMost } from '../../../../infra/local/runtime/lambda/concurrency.ts';

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

/** Whether a promise is settled once everything else that can go on has. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  promise.finally(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  return settled;
};

it('runs so many at a time, and the others in their order', async () => {
  const { started, run, end } = startable();
  const { run: limited } = atMost({ running: 2, waiting: 9 }, run, refuse);

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
  const { run: limited } = atMost({ running: 1, waiting: 9 }, run, refuse);

  const [first, second] = [limited('a'), limited('b')];
  end('a')?.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');

  expect(started).toEqual(['a', 'b']);
  end('b')?.resolve('B');
  expect(await second).toBe('B');
});

it('refuses what comes while too many wait, and takes what comes after that', async () => {
  const { started, run, end } = startable();
  const { run: limited } = atMost({ running: 1, waiting: 1 }, run, refuse);

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

it('has caught up once what waited has run, whatever came after it', async () => {
  const { run, end } = startable();
  const limited = atMost({ running: 1, waiting: 9 }, run, refuse);
  await limited.caughtUp();

  const answers = ['a', 'b', 'c'].map(limited.run);
  const caughtUp = limited.caughtUp();
  const late = limited.run('d');
  for (const name of ['a', 'b']) {
    end(name)?.resolve(name);
    await answers[name === 'a' ? 0 : 1];
    expect(await isSettled(caughtUp)).toBe(false);
  }

  end('c')?.resolve('c');
  await caughtUp;
  end('d')?.resolve('d');
  expect(await late).toBe('d');
});

it('refuses everything once it is closed, what waits included, and lets end what runs', async () => {
  const { started, run, end } = startable();
  const limited = atMost({ running: 1, waiting: 9 }, run, refuse);
  const [first, second] = [limited.run('a'), limited.run('b')];
  const caughtUp = limited.caughtUp();

  limited.close();

  expect(await second).toBe('no room');
  expect(await limited.run('c')).toBe('no room');
  await caughtUp;
  end('a')?.resolve('A');
  expect(await first).toBe('A');
  expect(started).toEqual(['a']);
});
