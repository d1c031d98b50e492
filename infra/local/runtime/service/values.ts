import { isMapping, mapping } from '../../../../lib/mapping.ts';

/** What `Ref` and `Fn::GetAtt … Arn` of a created resource give. */
export type Created = { readonly ref: string; readonly arn: string };

/**
 * The entries of an `environment:` block as CloudFormation would fill them in. What names something that does not exist on
 * the local stack (a role, an alarm) is left out.
 */
export const resolveEnvironment = (
  environment: Readonly<Record<string, unknown>>,
  created: Readonly<Record<string, Created>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const text = isMapping(value) ? resolve(value, created) : String(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );

/** The ARN that a statement of a policy names; undefined where it does not exist on the local stack. */
export const resolveArn = (
  value: unknown,
  created: Readonly<Record<string, Created>>,
): string | undefined => {
  if (typeof value === 'string') return value;
  const text = mapping(value)['Fn::Sub'];
  if (typeof text !== 'string') return resolve(mapping(value), created);
  if (text.startsWith('arn:')) return text.replace(/\$\{AWS::Partition\}/, 'aws');
  const [, id = '', rest = ''] = /^\$\{(\w+)\.Arn\}(.*)$/.exec(text) ?? [];
  const arn = created[id]?.arn;
  return arn === undefined ? undefined : `${arn}${rest}`;
};

const resolve = (
  { Ref: name, 'Fn::GetAtt': attribute }: Readonly<Record<string, unknown>>,
  created: Readonly<Record<string, Created>>,
): string | undefined => {
  if (typeof name === 'string') return created[name]?.ref;
  const [id, member] = Array.isArray(attribute) ? attribute.map(String) : [];
  return id === undefined || member !== 'Arn' ? undefined : created[id]?.arn;
};
