/** A mapping that nothing has been proven about yet. */
export type Unknowns = { readonly [key: string]: unknown };

/** True for a mapping, so that its members can be looked at one by one. */
export const isMapping = (value: unknown): value is Unknowns =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as a mapping; an empty one where it is none. */
export const mapping = (value: unknown): Unknowns => (isMapping(value) ? value : {});
