import { editDistance } from '../edit-distance.ts';

/** The names that may have been meant, nearest first: a third of the letters may differ, or the beginning is right. */
export const nearest = (given: string, names: readonly string[], limit = 3): readonly string[] => {
  const wanted = given.toLowerCase().slice(0, 100);
  return names
    .map((name) => {
      const known = name.toLowerCase();
      const begins = wanted !== '' && known.startsWith(wanted);
      return {
        name,
        far: begins ? 0 : editDistance(wanted, known),
        limit: Math.max(1, Math.floor(known.length / 3)),
      };
    })
    .filter(({ far, limit: most }) => far <= most)
    .sort((left, right) => left.far - right.far || left.name.localeCompare(right.name))
    .slice(0, limit)
    .map(({ name }) => name);
};
