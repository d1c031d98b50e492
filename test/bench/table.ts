/** The median of measurements, and how far they reach. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number };

/** @param values at least one */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quantile: number): number => sorted[Math.round((sorted.length - 1) * quantile)] ?? Number.NaN;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
};

/** `12 (10–15)`: the median, and the 10th to the 90th percentile. */
export const showSpread = ({ median, low, high }: Spread, digits = 0): string =>
  `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;

/** A Markdown table; all columns but the first are numbers. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
