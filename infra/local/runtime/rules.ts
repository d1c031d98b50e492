import { isMapping, type Unknowns } from '../../../lib/mapping.ts';
import type { Invocation, LambdaFunction } from './lambda/function.ts';
import type { FunctionDescription } from './service/service.ts';

/**
 * Whether the pattern of an EventBridge rule lets an event in, for the form of pattern that is used here: texts of which one has
 * to be there. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
 */
export const matchesPattern = (pattern: Unknowns, event: Unknowns): boolean =>
  Object.entries(pattern).every(([key, wanted]) => {
    const value = event[key];
    if (isMapping(wanted)) return isMapping(value) && matchesPattern(wanted, value);
    if (!isTexts(wanted)) throw new Error(`the pattern of ${key} has a form that is not known here`);
    return typeof value === 'string' && wanted.includes(value);
  });

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** Invokes the functions whose rules let the event in, as EventBridge does; each gets the event as it is. */
export const putEvent = async (
  descriptions: readonly FunctionDescription[],
  functions: ReadonlyMap<string, LambdaFunction>,
  event: Unknowns,
): Promise<Readonly<Record<string, Invocation>>> => {
  const targets = descriptions.filter(({ patterns }) =>
    patterns.some((pattern) => matchesPattern(pattern, event)),
  );
  const invocations = targets.flatMap(({ name }) => {
    const lambda = functions.get(name);
    return lambda === undefined
      ? []
      : [lambda.invoke(event).then((invocation) => [name, invocation] as const)];
  });
  return Object.fromEntries(await Promise.all(invocations));
};
