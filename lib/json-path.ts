/** A step into JSON: a key of an object, an index of a list, or every element of it. */
type Step = string | number | '[*]';

/** `$.events[*].target.tag` */
export type JsonPath = readonly Step[];

/** An index of a list for each `[*]` on the way. */
export type Indices = readonly number[];

const stepPattern = /\.([A-Za-z_$][\w$-]*)|\[(\d{1,4}|\*)\]/y;

/** As many places as a path can sensibly lead to. */
export const maxPlaces = 1000;

/** The steps of a path; undefined where the text is none. Only keys, indices and `[*]` are known. */
export const tryParseJsonPath = (text: string): JsonPath | undefined => {
  if (!text.startsWith('$') || text.length === 1 || text.length > 200) return undefined;
  const steps: Step[] = [];
  stepPattern.lastIndex = 1;
  while (stepPattern.lastIndex < text.length) {
    const [, key, index] = stepPattern.exec(text) ?? [];
    if (key !== undefined) steps.push(key);
    else if (index !== undefined) steps.push(index === '*' ? '[*]' : Number(index));
    else return undefined;
  }
  return steps;
};

const within = (value: unknown, step: string | number): unknown => {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
};

/**
 * What stands at a path; undefined where it ends early.
 * @param indices one for each `[*]`, in their order; without one, a `[*]` leads nowhere
 */
export const valueAtPath = (data: unknown, path: JsonPath, indices: Indices): unknown => {
  let used = 0;
  return path.reduce<unknown>((value, step) => {
    if (step !== '[*]') return within(value, step);
    const index = indices[used];
    used += 1;
    return index === undefined ? undefined : within(value, index);
  }, data);
};

/**
 * Every place that a path leads to, whether anything stands there or not: one where it has no `[*]`, and else one for each
 * element of the lists. Undefined where there are more than `maxPlaces`.
 */
export const placesAtPath = (data: unknown, path: JsonPath): readonly Indices[] | undefined => {
  let places: readonly { readonly value: unknown; readonly indices: Indices }[] = [
    { value: data, indices: [] },
  ];
  for (const step of path) {
    places = places.flatMap(({ value, indices }) => {
      if (step !== '[*]') return [{ value: within(value, step), indices }];
      const elements: readonly unknown[] = Array.isArray(value) ? value : [];
      return elements
        .slice(0, maxPlaces + 1)
        .map((element, index) => ({ value: element, indices: [...indices, index] }));
    });
    if (places.length > maxPlaces) return undefined;
  }
  return places.map(({ indices }) => indices);
};
