import { isMapping } from '../../mapping.ts';

/** What `Ref` and `Fn::GetAtt … Arn` of a created resource give. */
export type Created = { readonly ref: string; readonly arn: string };

export type Surroundings = {
  readonly created: Readonly<Record<string, Created>>;
  readonly region: string;
  readonly accountId: string;
};

/**
 * The text that CloudFormation would put in the place of a value with intrinsic functions; undefined where it names
 * something that does not exist on the local stack (a role, an alarm), which the caller leaves out.
 */
export const resolveValue = (value: unknown, surroundings: Surroundings): string | undefined => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (!isMapping(value)) return undefined;
  if (typeof value.Ref === 'string') return resolveName(value.Ref, surroundings);
  const attribute = value['Fn::GetAtt'];
  if (attribute !== undefined) {
    const parts = Array.isArray(attribute) ? attribute.map(String) : String(attribute).split('.');
    return resolveName(parts.join('.'), surroundings);
  }
  if (typeof value['Fn::Sub'] === 'string')
    return value['Fn::Sub'].replace(
      /\$\{([^}!]+)\}/g,
      (whole, name: string) => resolveName(name, surroundings) ?? whole,
    );
  return undefined;
};

const resolveName = (name: string, surroundings: Surroundings): string | undefined => {
  if (name === 'AWS::Region') return surroundings.region;
  if (name === 'AWS::AccountId') return surroundings.accountId;
  if (name === 'AWS::Partition') return 'aws';
  const [id = '', attribute] = name.split('.');
  const resource = surroundings.created[id];
  if (resource === undefined) return undefined;
  if (attribute === undefined) return resource.ref;
  if (attribute === 'Arn') return resource.arn;
  return attribute === 'QueueName' ? resource.arn.split(':').at(-1) : undefined;
};

/** Every entry of an `environment:` block that has a value here. */
export const resolveEnvironment = (
  environment: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const text = resolveValue(value, surroundings);
      return text === undefined ? [] : [[name, text]];
    }),
  );
