import type { Item, Table } from '../../../lib/store/table.ts';

/** The table's contract in memory, for tests that need a thousand of them; the real one has tests of its own. */
export const memoryTable = (): Table => {
  const rows = new Map<string, Item>();
  const keyOf = (pk: string, sk: string): string => `${pk}\n${sk}`;
  return {
    get: async (pk, sk) => rows.get(keyOf(pk, sk)),
    put: async (item, condition) => {
      const before = rows.get(keyOf(item.pk, item.sk));
      const holds =
        condition === undefined ||
        (condition === 'absent' ? before === undefined : before?.[condition.attribute] === condition.value);
      if (holds) rows.set(keyOf(item.pk, item.sk), structuredClone(item));
      return holds;
    },
    remove: async (pk, sk) => {
      rows.delete(keyOf(pk, sk));
    },
    increment: async (pk, sk) => {
      const count = Number(rows.get(keyOf(pk, sk))?.count ?? 0) + 1;
      rows.set(keyOf(pk, sk), { pk, sk, count });
      return count;
    },
    query: async (pk, skPrefix, { newestFirst = false, limit, before } = {}) => {
      const found = [...rows.values()]
        .filter(
          (item) =>
            item.pk === pk &&
            (before === undefined ? item.sk.startsWith(skPrefix) : item.sk >= skPrefix && item.sk <= before),
        )
        .toSorted((a, b) => (a.sk < b.sk ? -1 : 1));
      return (newestFirst ? found.reverse() : found).slice(0, limit);
    },
    findById: async (id) => [...rows.values()].find((item) => item.id === id),
  };
};
