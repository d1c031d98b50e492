import { TagboatError } from '../../../../lib/errors.ts';
import type { Logger } from '../../../../lib/logger.ts';
import type { CallAws } from '../../../../lib/registry/credentials/aws.ts';
import type { Created } from '../service/values.ts';
import { type Command, callOf, type Service } from './call.ts';
import { type AwsCall, isAllowed, type Statement } from './policy.ts';

/** A call of a function, and what its role said to it. */
export type RoleCall = AwsCall & { readonly function: string; readonly isAllowed: boolean };

export type Role = {
  /** The name of the function whose role it is. */
  readonly function: string;
  readonly statements: readonly Statement[];
  readonly created: readonly Created[];
  /** Is told of every call, before it is made or refused. */
  readonly onCall: ((call: RoleCall) => void) | undefined;
  readonly logger: Logger;
};

/** What is logged of a call that is refused. */
export const refusedByRole = 'the role of the function does not allow the call';

/** A client of the AWS SDK, of which only this is used here. */
type Client = { send(...parameters: never[]): unknown };

/** @throws what the service would, where the role does not allow the call */
const assertAllowed = (call: AwsCall, role: Role): void => {
  const allowed = isAllowed(role.statements, call);
  role.onCall?.({ ...call, function: role.function, isAllowed: allowed });
  if (allowed) return;
  role.logger.error(refusedByRole, { function: role.function, ...call });
  throw accessDenied(role.function, call);
};

/** The same for the calls that are made without a client. */
export const callInRole =
  (callAws: CallAws, role: Role): CallAws =>
  async (call, transport) => {
    const { service, action, input } = call;
    try {
      assertAllowed({ action: `${service}:${action}`, resource: input.RoleArn ?? '*', context: {} }, role);
    } catch (cause) {
      throw new TagboatError(
        'registry-denied',
        `AWS answers 400 (AccessDeniedException) to ${service}:${action}`,
        { cause },
      );
    }
    return callAws(call, transport);
  };

/** The client as a function's role may use it: what the role does not allow is refused, as the service would refuse it. */
export const assumeRole = <C extends Client>(client: C, service: Service, role: Role): C => {
  const send = async (command: Command, ...options: readonly unknown[]): Promise<unknown> => {
    assertAllowed(callOf(service, command, role.created), role);
    return (client.send as (...parameters: unknown[]) => unknown).call(client, command, ...options);
  };
  return new Proxy(client, {
    get: (target, property) => (property === 'send' ? send : Reflect.get(target, property)),
  });
};

const accessDenied = (name: string, { action, resource }: AwsCall): Error =>
  Object.assign(new Error(`${name} is not authorized to perform: ${action} on resource: ${resource}`), {
    name: 'AccessDeniedException',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });
