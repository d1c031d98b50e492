import type { Cause } from '../types.ts';

/** Collects what is wrong, in the words of k8s.io/apimachinery/pkg/util/validation/field. */
export type Causes = {
  readonly list: readonly Cause[];
  required(field: string, detail?: string): void;
  invalid(field: string, value: unknown, detail: string): void;
  notFound(field: string, value: unknown): void;
  duplicate(field: string, value: unknown): void;
  unsupported(field: string, value: unknown, supported: readonly string[]): void;
  forbidden(field: string, detail: string): void;
};

/** A value the way Go prints it, near enough: maps as `map[string]string{"a":"b"}`. */
const show = (value: unknown): string => {
  if (value === undefined) return 'null';
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `map[string]string${JSON.stringify(value)}`;
  return JSON.stringify(value);
};

export const collectCauses = (): Causes => {
  const list: Cause[] = [];
  const add = (reason: string, field: string, message: string): void => {
    list.push({ reason, message, field });
  };
  return {
    list,
    required: (field, detail) =>
      add('FieldValueRequired', field, `Required value${detail === undefined ? '' : `: ${detail}`}`),
    invalid: (field, value, detail) =>
      add('FieldValueInvalid', field, `Invalid value: ${show(value)}: ${detail}`),
    notFound: (field, value) => add('FieldValueNotFound', field, `Not found: ${show(value)}`),
    duplicate: (field, value) => add('FieldValueDuplicate', field, `Duplicate value: ${show(value)}`),
    unsupported: (field, value, supported) =>
      add(
        'FieldValueNotSupported',
        field,
        `Unsupported value: ${show(value)}: supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`,
      ),
    forbidden: (field, detail) => add('FieldValueForbidden', field, `Forbidden: ${detail}`),
  };
};
