import { expect, test } from 'vitest';
import { settleAll } from '../lib/settle-all.ts';

test('waits for all before it throws, and throws the first failure in their order', async () => {
  const ended: string[] = [];
  const last = Promise.withResolvers<string>();
  const first = Promise.withResolvers<string>();
  const settling = settleAll(
    [first.promise, Promise.reject(new Error('second')), last.promise].map((promise, index) =>
      promise.finally(() => ended.push(`${index}`)),
    ),
  );
  first.reject(new Error('first'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended.toSorted()).toEqual(['0', '1']);
  last.resolve('third');
  await expect(settling).rejects.toThrow('first');
  expect(ended).toHaveLength(3);
});

test('has the values in their order', async () => {
  expect(await settleAll([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
});
