import { TagboatError } from '../../errors.ts';
import { type Hold, isInForce } from '../../release/model/hold.ts';
import { targetOf } from '../../release/model/target.ts';
import { settleAll } from '../../settle-all.ts';
import { holdLifted, holdSet } from '../../slack/messages.ts';
import {
  type Asked,
  answer,
  type Carried,
  type CommandContext,
  type Placed,
  requester,
} from './command-request.ts';
import { holdViewOf } from './views.ts';

/** `/tagboat hold`: freezes one tag or every tag, until an end or until somebody lifts it. */
export const holdTag = async (
  { app, environment, tag, until, reason }: Placed<'hold'>,
  asked: Asked,
  context: CommandContext,
): Promise<Carried> => {
  // The place has to be there, or nothing would ever be held.
  targetOf(context.config, app, environment);
  const hold: Hold = {
    app,
    environment,
    tag,
    by: requester(asked),
    reason: reason ?? 'no reason was given',
    createdAt: new Date(asked.at).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
  await context.store.hold(hold);
  return answer(holdSet(holdViewOf(hold)));
};

/** `/tagboat unhold`. A hold that somebody set since is another one, and stays. */
export const liftTag = async (
  { app, environment, tag }: Placed<'unhold'>,
  asked: Asked,
  { store, clock }: CommandContext,
): Promise<Carried> => {
  const holds = (await store.holds(app, environment)).filter((hold) => isInForce(hold, clock.now()));
  const asOf = new Date(asked.at).toISOString();
  const meant = holds.filter((one) => one.tag === tag && one.createdAt <= asOf);
  const [hold] = meant;
  if (hold === undefined) throw new TagboatError('hold-unknown', nothingHeld(app, environment, tag, holds));
  await settleAll(meant.map((one) => store.liftHold(one)));
  return answer(holdLifted(holdViewOf(hold), requester(asked)));
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
