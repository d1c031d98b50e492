import { isMapping, mapping } from '../../../../lib/mapping.ts';

/** A statement of a policy, with ARNs in the place of references. All of them allow. */
export type Statement = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** By operator (`ForAllValues:StringLike`) and key (`dynamodb:LeadingKeys`), the values of which one has to match. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

/** What a request asks for, as IAM sees it. */
export type AwsCall = {
  /** `dynamodb:PutItem` */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** Values by their keys: `dynamodb:LeadingKeys`. */
  readonly context: Readonly<Record<string, readonly string[]>>;
};

/**
 * Reads the statements of `iamRoleStatements`.
 * @param resolve the ARN that a reference to a resource stands for
 */
export const readStatements = (
  value: unknown,
  resolve: (reference: unknown) => string | undefined,
): readonly Statement[] =>
  (Array.isArray(value) ? value : []).filter(isMapping).map((statement) => {
    if (statement.Effect !== 'Allow') throw new Error('statements that do not allow are not known here');
    return {
      actions: texts(statement.Action),
      resources: (Array.isArray(statement.Resource) ? statement.Resource : [statement.Resource]).flatMap(
        (reference) => resolve(reference) ?? [],
      ),
      conditions: Object.fromEntries(
        Object.entries(mapping(statement.Condition)).map(([operator, keys]) => [
          operator,
          Object.fromEntries(Object.entries(mapping(keys)).map(([key, values]) => [key, texts(values)])),
        ]),
      ),
    };
  });

/**
 * Whether a policy allows a call, by the rules of IAM for the few forms that are used here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const isAllowed = (statements: readonly Statement[], call: AwsCall): boolean =>
  statements.some(
    ({ actions, resources, conditions }) =>
      actions.some((pattern) => like(pattern, call.action)) &&
      resources.some((pattern) => like(pattern, call.resource)) &&
      Object.entries(conditions).every(([operator, keys]) =>
        Object.entries(keys).every(([key, patterns]) => holds(operator, patterns, call.context[key])),
      ),
  );

const holds = (operator: string, patterns: readonly string[], values: readonly string[] | undefined) => {
  const test = tests[operator.replace('ForAllValues:', '')];
  if (test === undefined) throw new Error(`the condition operator ${operator} is not known here`);
  const matches = (value: string) => patterns.some((pattern) => test(pattern, value));
  // For all values of a key that the request does not have, anything holds.
  if (operator.startsWith('ForAllValues:')) return (values ?? []).every(matches);
  return values?.some(matches) ?? false;
};

/** `*` stands for any characters, `?` for one. */
export const like = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(value);

const tests: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: like,
};

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).map(String);
