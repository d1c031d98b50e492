import type { Item, Table } from '../../../lib/store/table.ts';

/**
 * The table's contract in memory, for tests that need a thousand of them; the real one has tests of its own.
 * @param onPut is told of every row that is written, with what it was before
 */
export const memoryTable = (onPut: (item: Item, before: Item | undefined) => void = () => {}): Table => {
  const partitions = new Map<string, Map<string, Item>>();
  const rowsOf = (pk: string): Map<string, Item> => {
    const rows = partitions.get(pk) ?? new Map<string, Item>();
    partitions.set(pk, rows);
    return rows;
  };
  return {
    get: async (pk, sk) => partitions.get(pk)?.get(sk),
    put: async (item, condition) => {
      const rows = rowsOf(item.pk);
      const before = rows.get(item.sk);
      const holds =
        condition === undefined ||
        (condition === 'absent' ? before === undefined : before?.[condition.attribute] === condition.value);
      if (!holds) return false;
      rows.set(item.sk, structuredClone(item));
      onPut(item, before);
      return true;
    },
    remove: async (pk, sk) => {
      partitions.get(pk)?.delete(sk);
    },
    increment: async (pk, sk) => {
      const rows = rowsOf(pk);
      const count = Number(rows.get(sk)?.count ?? 0) + 1;
      rows.set(sk, { pk, sk, count });
      return count;
    },
    query: async (pk, skPrefix, { newestFirst = false, limit, before } = {}) => {
      const found = [...(partitions.get(pk)?.values() ?? [])]
        .filter((item) =>
          before === undefined ? item.sk.startsWith(skPrefix) : item.sk >= skPrefix && item.sk <= before,
        )
        .toSorted((a, b) => (a.sk < b.sk ? -1 : 1));
      return (newestFirst ? found.reverse() : found).slice(0, limit);
    },
    findById: async (id) => {
      for (const rows of partitions.values())
        for (const item of rows.values()) if (item.id === id) return item;
      return undefined;
    },
  };
};
