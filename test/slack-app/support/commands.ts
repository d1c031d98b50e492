import type { AppConfig, Config, EnvironmentConfig, SlackConfig } from '../../../lib/config/types.ts';
import { TagboatError } from '../../../lib/errors.ts';
import type { Release } from '../../../lib/release/model/release.ts';
import type { Action, Asker, Command } from '../../../lib/slack/commands.ts';
import type { Button, SlackMessage } from '../../../lib/slack/messages.ts';
import type { CommandContext } from '../../../lib/slack-app/commands/command-request.ts';
import { runCommand } from '../../../lib/slack-app/commands/run.ts';
import type { ReleaseState } from '../../../lib/view/release.ts';
import { configWith, createContext, image, production, requestFor } from '../../release/support/context.ts';
import { alice } from '../../release/support/harness.ts';
import { memoryTable } from '../../release/support/memory-table.ts';
import { actor, given } from '../../support/records.ts';

export type CommandWorld = {
  readonly slack?: Partial<SlackConfig>;
  readonly app?: Partial<AppConfig>;
  readonly production?: Partial<EnvironmentConfig>;
  readonly staging?: Partial<EnvironmentConfig>;
  readonly pauseRollout?: CommandContext['pauseRollout'];
};

const path: Partial<Record<ReleaseState, readonly ReleaseState[]>> = {
  committed: ['committed'],
  'rolling-out': ['committed', 'rolling-out'],
  healthy: ['committed', 'rolling-out', 'healthy'],
  failed: ['committed', 'rolling-out', 'failed'],
};

type Extra = {
  readonly asker?: Asker;
  readonly id?: string;
  /** When it was asked for; now where absent. */
  readonly at?: number;
  readonly confirmed?: boolean;
  readonly expect?: string;
};

/** `okeydokey` in staging and production, `billing` in production only, and the record; nothing carries releases out. */
export const createCommandWorld = (options: CommandWorld = {}) => {
  const environments = {
    production: { ...production, ...options.production },
    staging: { ...production, ...options.staging },
  };
  const config: Config = {
    ...configWith(),
    apps: {
      okeydokey: { image, environments, ...options.app },
      billing: { image: 'docker.io/example/billing', environments: { production } },
    },
  };
  const all = createContext(memoryTable(), config);
  const { store, clock } = all;
  const context: CommandContext = {
    ...all.context,
    slack: {
      signingSecret: 'kms:AAAA',
      allow: { users: [alice.userId], channels: [] },
      confirm: false,
      timeZone: 'UTC',
      ...options.slack,
    },
    pauseRollout:
      options.pauseRollout ??
      (async () => {
        throw new TagboatError('nothing-rolled-out', 'nothing was rolled out yet');
      }),
  };
  const allow = context.slack.allow;
  const known: CommandContext = { ...context, config: { ...config, slack: context.slack } };

  let asked = 0;
  const carry = (command: Command, { asker = alice, id = `request-${++asked}`, ...rest }: Extra = {}) =>
    runCommand({ type: 'run', command, asker, id, at: clock.now(), ...rest }, known);
  /** The answer to a command, or to a button where `extra` says so. */
  const run = (command: Command, extra?: Extra): Promise<SlackMessage> => carry(command, extra);
  /** Brings a release into a state, as the steps would. */
  const released = async (
    tag: string,
    state: ReleaseState = 'healthy',
    app = 'okeydokey',
    environment = 'production',
  ): Promise<Release> => {
    clock.advance(1000);
    const { release } = await all.record(requestFor(tag, { app, environment, claim: tag }));
    for (const next of path[state] ?? []) await store.advance(release, next, { commit: 'c0ffee' });
    clock.advance(1000);
    return store.require(release);
  };
  /** Everything on record that a command could change. */
  const state = async () => ({
    releases: await Promise.all(
      ['production', 'staging'].map((environment) => store.list('okeydokey', environment)),
    ),
    holds: await Promise.all(
      ['production', 'staging'].map((environment) => store.holds('okeydokey', environment)),
    ),
  });
  return { ...all, allow, carry, run, released, state };
};

/** The buttons of a message, and what they ask for. */
export const buttonsOf = (message: SlackMessage) =>
  message.blocks
    .flatMap((block): readonly Button[] => (block.type === 'actions' ? block.elements : []))
    .map(({ text, value, style }) => ({ text: text.text, action: JSON.parse(value) as Action, style }));

/** All that a message says, button texts left out. */
export const wordsOf = (message: SlackMessage): string =>
  message.blocks
    .flatMap((block) =>
      block.type === 'section'
        ? [block.text.text]
        : block.type === 'context'
          ? block.elements.map(({ text }) => text)
          : [],
    )
    .join('\n');

export const place = { app: 'okeydokey', environment: 'production' } as const;
export const undo = { type: 'undo', ...place } as const;
export const release = (tag: string) => ({ type: 'release', ...place, tag }) as const;
export const hold = (tag: string) => ({ type: 'hold', ...place, tag }) as const;
/** What a hold by somebody else has besides its place and tag. */
export const by = {
  by: actor('slack:U0B0B0B0B'),
  reason: given('it drops orders'),
  createdAt: '2026-11-23T11:00:00.000Z',
} as const;

/** A harness in which v1.0.0 and v1.1.0 went out to production, and are healthy. */
export const twoReleases = async (options: CommandWorld = {}) => {
  const harness = createCommandWorld(options);
  const first = await harness.released('v1.0.0');
  const second = await harness.released('v1.1.0');
  return { ...harness, first, second };
};
