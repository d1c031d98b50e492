/**
 * Values that some reader of YAML takes for something other than text when they are not quoted, in YAML 1.1
 * (https://yaml.org/type/), the 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), or Go's libraries, which
 * kubectl, Kustomize, Helm and Flux read with: null, booleans, integers, floats, dates, merge and value keys.
 */
const otherTypes: readonly RegExp[] = [
  /^(?:|~|null|Null|NULL)$/,
  /^(?:y|Y|n|N|(?:yes|no|true|false|on|off|Yes|No|True|False|On|Off|YES|NO|TRUE|FALSE|ON|OFF))$/,
  // Also without a digit behind the prefix: `0x_` is not a number, and YAML 1.1 says so by calling it NaN.
  /^[-+]?(?:0[xX][0-9a-fA-F]*|0[oO][0-7]*|0[bB][01]*)$/,
  /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d*)?$/,
  /^[-+]?\d+(?::[0-5]?\d)+(?:\.\d*)?$/,
  /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
  /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])/,
  /^(?:<<|=)$/,
];

/** True for `1.10`, `007`, `1e3`, `yes`, `1_000`, `2024-01-15`: as a plain scalar it may not be read as this text. */
export const readsAsOtherType = (value: string): boolean => {
  const digits = value.replaceAll('_', '');
  return otherTypes.some((type) => type.test(value) || (/\d/.test(digits) && type.test(digits)));
};
