/**
 * Amounts such as `250m`, `1.5`, `512Mi`. Source: k8s.io/apimachinery/pkg/api/resource
 */
const units: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** As a number: of cores, of bytes, of whatever is counted. */
export const parseQuantity = (value: unknown): number => {
  const [, number = '0', unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(String(value ?? 0)) ?? [];
  return Number(number) * (units[unit] ?? 1);
};

/** The shortest exact way to write it: `100m` and `2` for cores, `192Mi` for bytes. */
export const formatQuantity = (amount: number, isBytes: boolean): string => {
  if (isBytes) {
    const unit = ['Ti', 'Gi', 'Mi', 'Ki'].find(
      (candidate) => amount > 0 && amount % (units[candidate] ?? 1) === 0,
    );
    return unit === undefined ? String(amount) : `${amount / (units[unit] ?? 1)}${unit}`;
  }
  const thousandths = Math.round(amount * 1_000);
  return thousandths % 1_000 === 0 ? String(thousandths / 1_000) : `${thousandths}m`;
};
