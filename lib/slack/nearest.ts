/** Levenshtein's distance: how many letters to insert, delete or replace. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...left].entries()) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const replaced = (row[j] ?? 0) + (right[j] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
};

/** The names somebody may have meant, nearest first: a third of the letters may differ, or the beginning is right. */
export const nearest = (given: string, names: readonly string[], limit = 3): readonly string[] => {
  const wanted = given.toLowerCase().slice(0, 100);
  return names
    .map((name) => {
      const known = name.toLowerCase();
      const begins = wanted !== '' && known.startsWith(wanted);
      return {
        name,
        far: begins ? 0 : distance(wanted, known),
        limit: Math.max(1, Math.floor(known.length / 3)),
      };
    })
    .filter(({ far, limit: most }) => far <= most)
    .sort((left, right) => left.far - right.far || left.name.localeCompare(right.name))
    .slice(0, limit)
    .map(({ name }) => name);
};
