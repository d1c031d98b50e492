import { type Clock, systemClock } from '../../../lib/clock.ts';
import type { Remote } from '../../../lib/git/remote.ts';
import type { Parts } from './parts.ts';
import type { Synced, Target } from './types.ts';

/** From one look at the branches to the next, in milliseconds: one request to each config repo. */
const pollMs = 3_000;

/** In the place of Argo CD and Flux: applies what the branch says, for the environments with `deliver: agent`. */
export type Agent = {
  /** Applies the commits that are new, and says what came of it; while it is paused nothing is. Throws nothing. */
  sync(): Promise<readonly Synced[]>;
  pause(): void;
  /** What was pushed meanwhile is applied at the next look. */
  resume(): void;
  status(): AgentStatus;
};

export type AgentStatus = {
  readonly paused: boolean;
  readonly follows: readonly {
    readonly app: string;
    readonly environment: string;
    readonly configRepo: string;
    /** The commit that the cluster was brought to; null: none yet. */
    readonly revision: string | null;
  }[];
};

type StartingAgent = Agent & {
  /**
   * @param synced what the cluster was brought to already
   * @param options `polls`: whether it looks by itself from here on
   */
  begin(synced: readonly Synced[], options: { readonly polls: boolean }): void;
};

export const createAgent = (
  parts: Parts,
  targets: readonly Target[],
  clock: Clock = systemClock,
): StartingAgent => {
  const followed = targets.filter(({ environment }) => environment.deliver === 'agent');
  const revisions = new Map<Target, string>();
  const fingerprints = new Map<Target, string>();
  const remotes = new Map<string, Remote>();
  let isPaused = false;
  let lastProblem: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** Said once, and not at every look. */
  const complain = (message: string, fields: Readonly<Record<string, unknown>>): void => {
    const problem = JSON.stringify([message, fields.configRepo, fields.app, String(fields.error)]);
    if (problem !== lastProblem && !parts.signal.aborted) parts.logger.warn(message, fields);
    lastProblem = problem;
  };

  const look = async (configRepo: string, ofRepo: readonly Target[]): Promise<readonly Synced[]> => {
    const synced: Synced[] = [];
    const remote = remotes.get(configRepo) ?? (await parts.open(configRepo));
    remotes.set(configRepo, remote);
    const snapshot = await remote.tip({ fresh: true });
    for (const target of ofRepo) {
      if (isPaused || revisions.get(target) === snapshot.revision) continue;
      const applied = fingerprints.get(target);
      const outcome = await parts.synchronise(snapshot, target, { imagesArePresent: false, applied });
      revisions.set(target, snapshot.revision);
      if (outcome.type === 'applied') fingerprints.set(target, outcome.fingerprint);
      if (outcome.type !== 'unchanged') synced.push(outcome);
      const fields = { app: target.app, environment: target.environmentName, revision: snapshot.revision };
      if (outcome.type === 'applied') parts.logger.info('agent applied', fields);
      if (outcome.type === 'failed')
        complain('the agent could not apply the commit', { ...fields, error: outcome.error });
    }
    return synced;
  };

  const lookAtAll = async (): Promise<readonly Synced[]> => {
    const synced: Synced[] = [];
    for (const [configRepo, ofRepo] of Map.groupBy(followed, ({ environment }) => environment.configRepo)) {
      if (isPaused) break;
      try {
        synced.push(...(await look(configRepo, ofRepo)));
      } catch (error) {
        complain('the agent could not read the config repo', { configRepo, error });
      }
    }
    return synced;
  };

  const sync = (): Promise<readonly Synced[]> => {
    const own = turn.then(lookAtAll);
    turn = own;
    return own;
  };

  const poll = async (): Promise<void> => {
    while (!parts.signal.aborted) {
      await clock.sleep(pollMs, parts.signal);
      await sync();
    }
  };

  return {
    sync,
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    status: () => ({
      paused: isPaused,
      follows: followed.map((target) => ({
        app: target.app,
        environment: target.environmentName,
        configRepo: target.environment.configRepo,
        revision: revisions.get(target) ?? null,
      })),
    }),
    begin: (synced, { polls }) => {
      for (const one of synced) {
        if (one.type !== 'applied') continue;
        revisions.set(one.target, one.revision);
        fingerprints.set(one.target, one.fingerprint);
      }
      if (polls && followed.length > 0) poll().catch(() => {});
    },
  };
};
