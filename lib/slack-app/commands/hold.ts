import { TagboatError } from '../../errors.ts';
import { isInForce } from '../../release/model/hold.ts';
import { targetOf } from '../../release/model/target.ts';
import { settleAll } from '../../settle-all.ts';
import { holdLifted, holdSet, type SlackMessage } from '../../slack/messages.ts';
import type { Hold } from '../../view/hold.ts';
import {
  type CommandContext,
  type CommandRequest,
  type CommandTarget,
  requester,
} from './command-request.ts';

/** `/tagboat hold`: freezes one tag or every tag, until an end or until somebody lifts it. */
export const holdTag = async (
  { app, environment, tag, until, reason }: CommandTarget<'hold'>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  // The place has to be there, or nothing would ever be held.
  targetOf(context.config, app, environment);
  const hold: Hold = {
    app,
    environment,
    tag,
    by: requester(request),
    reason: reason === undefined ? { code: 'not-given' } : { code: 'given', message: reason },
    createdAt: new Date(request.at).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
  // Carried out late, it leaves alone what was held since.
  const newer = (await context.store.holds(app, environment)).find(
    (one) => one.tag === tag && one.createdAt > hold.createdAt,
  );
  if (newer !== undefined) return holdSet(newer);
  await context.store.hold(hold);
  return holdSet(hold);
};

/** `/tagboat unhold`. A hold that somebody set since is another one, and stays. */
export const liftTag = async (
  { app, environment, tag }: CommandTarget<'unhold'>,
  request: CommandRequest,
  { store, clock }: CommandContext,
): Promise<SlackMessage> => {
  const holds = (await store.holds(app, environment)).filter((hold) => isInForce(hold, clock.now()));
  const asOf = new Date(request.at).toISOString();
  const meant = holds.filter((one) => one.tag === tag && one.createdAt <= asOf);
  const [hold] = meant;
  if (hold === undefined) throw new TagboatError('hold-unknown', nothingHeld(app, environment, tag, holds));
  await settleAll(meant.map((one) => store.liftHold(one)));
  return holdLifted(hold, requester(request));
};

const nothingHeld = (app: string, environment: string, tag: string, holds: readonly Hold[]): string => {
  const what =
    tag === '*'
      ? `there is no hold of every tag in ${app} ${environment}`
      : `${tag} is not held in ${app} ${environment}`;
  if (holds.length === 0) return what;
  return `${what}; held are: ${holds
    .slice(0, 10)
    .map((hold) => (hold.tag === '*' ? 'every tag (`all`)' : hold.tag))
    .join(', ')}`;
};
