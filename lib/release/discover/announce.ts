import type { Config } from '../../config/types.ts';
import type { SourceEvent } from '../../event.ts';
import type { Reason } from '../../view/reason.ts';
import { type IntakeAnswer, intake } from '../intake/intake.ts';
import type { Candidate } from '../model/decide.ts';
import type { DiscoverContext } from './context.ts';

/** The configuration as if there was nothing but this environment: the others know of the tag, or do not want it. */
const only = (config: Config, { app, environment, target }: Candidate): Config => ({
  ...config,
  apps: { [app]: { ...target.app, environments: { [environment]: target.environment } } },
});

/** When something found is taken to have been asked for, or why it is not released. */
export type Moment = {
  /**
   * In milliseconds since 1970; where no order tells which of two tags is newer, whatever was asked for later goes before it: see
   * `overtakenBy`.
   */
  readonly since: number | undefined;
  readonly skipReason?: Reason | undefined;
};

/** Plans what no hook announced for an environment, as if one had: the policy, holds and what stands there count the same. */
export const announce = async (
  event: SourceEvent,
  candidate: Candidate,
  { since, skipReason }: Moment,
  context: DiscoverContext,
): Promise<IntakeAnswer> => {
  const { app, environment } = candidate;
  const answer = await intake(
    { events: [event], ignored: [] },
    { ...context, config: only(context.config, candidate) },
    { firstReceived: async () => since, triesAgain: false, skipReason },
  );
  context.logger.warn('found what no hook announced', { app, environment, tag: event.tag, ...answer });
  return answer;
};
