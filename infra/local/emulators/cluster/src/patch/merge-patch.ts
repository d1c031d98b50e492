import { asObject, isObject } from '../json.ts';

/** JSON Merge Patch, RFC 7386. */
export const applyMergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const merged = { ...asObject(target) };
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete merged[key];
    else merged[key] = applyMergePatch(merged[key], value);
  return merged;
};
