import type { Actor } from '../../actor.ts';
import { code, escapeMrkdwn } from '../text.ts';
import { context, type SlackMessage, section } from './block-kit.ts';
import { numbers, place, requester } from './parts.ts';

export type ReleaseAccepted = {
  readonly app: string;
  readonly environment: string;
  readonly tag: string;
  readonly requestedBy: Actor;
  readonly number?: number | undefined;
  /** True where the tag was held until now. */
  readonly liftedHold?: boolean | undefined;
};

/** The answer to `/tagboat release`; the release's own message follows. */
export const releaseAccepted = (release: ReleaseAccepted): SlackMessage => {
  const { app, environment, tag, number, requestedBy, liftedHold } = release;
  const lifted = liftedHold === true ? '; the hold on it is lifted' : '';
  return {
    response_type: 'in_channel',
    text: escapeMrkdwn(`${app} → ${environment}: releasing ${tag} by hand${lifted}`, 3000),
    blocks: [
      section(`:inbox_tray: ${place(release)}: releasing ${code(tag)} by hand${lifted}`),
      ...context([...numbers(number), `asked for by ${requester(requestedBy)}`]),
    ],
  };
};

export type PauseDone = {
  readonly app: string;
  readonly environment: string;
  /** True where it is paused now, false where it goes on. */
  readonly paused: boolean;
  readonly by: Actor;
  /** `deployment/okeydokey` */
  readonly workloads: readonly string[];
  /** False where it was so already. */
  readonly changed: boolean;
};

/** The answer to `/tagboat pause` and `resume`: for the channel where something changed. */
export const pauseDone = (done: PauseDone): SlackMessage => {
  const { app, environment, paused, by, workloads, changed } = done;
  const what = paused ? 'the rollout is paused' : 'the rollout goes on';
  const words = changed ? what : paused ? 'the rollout was paused already' : 'the rollout was not paused';
  const hint =
    paused && changed
      ? [
          `Nothing goes on, and nothing times out, until somebody resumes it: ${code(`/tagboat resume ${app} ${environment}`)}`,
        ]
      : [];
  return {
    response_type: changed ? 'in_channel' : 'ephemeral',
    text: escapeMrkdwn(`${app} → ${environment}: ${words}`, 3000),
    blocks: [
      section(`${paused ? ':double_vertical_bar:' : ':arrow_forward:'} ${place(done)}: ${words}`),
      ...context([
        ...workloads.slice(0, 10).map((workload) => code(workload)),
        ...(changed ? [`by ${requester(by)}`] : []),
        ...hint,
      ]),
    ],
  };
};
