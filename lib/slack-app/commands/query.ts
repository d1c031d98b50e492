import { currentRelease } from '../../release/model/current-release.ts';
import { driftSince } from '../../release/model/drift-since.ts';
import { isInForce } from '../../release/model/hold.ts';
import { isUnderWay } from '../../release/model/release.ts';
import { releaseView } from '../../release/notify/release-view.ts';
import { readToCurrent } from '../../release/record/read-back.ts';
import { settleAll } from '../../settle-all.ts';
import type { Command } from '../../slack/commands.ts';
import { historyMessage, holdsMessage, type SlackMessage, statusMessage } from '../../slack/messages.ts';
import { allowOf, isAllowed, notAllowed } from './allow.ts';
import type { CommandContext, CommandRequest } from './command-request.ts';

type Place = { readonly app: string; readonly environment: string };

/** More would not fit into a message, and each is a query of the table. */
const maxPlaces = 30;

/** `/tagboat status`: what stands where, what comes after it, and what is held. */
export const status = async (
  command: Extract<Command, { readonly type: 'status' }>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  const { store, clock } = context;
  const places = await settleAll(
    placesOf(command, request, context).map(async ({ app, environment }) => {
      const [known, holds, comparison] = await Promise.all([
        readToCurrent({ app, environment }, store),
        store.holds(app, environment),
        store.comparison(app, environment),
      ]);
      const current = currentRelease(known);
      const waiting = known.filter(({ id, state }) => id !== current?.id && isUnderWay(state)).toReversed();
      return {
        app,
        environment,
        current: current && releaseView(current, known, context.config),
        waiting: waiting.map((release) => releaseView(release, known, context.config)),
        holds: holds.filter((hold) => isInForce(hold, clock.now())),
        drift: driftSince(current, comparison, context.config),
      };
    }),
  );
  return statusMessage(places);
};

/** `/tagboat history`: what was released, by whom, from which hook, and how it went. */
export const history = async (
  command: Extract<Command, { readonly type: 'history' }>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  const places = await settleAll(
    placesOf(command, request, context).map(async ({ app, environment }) => {
      const known = await context.store.list(app, environment, { limit: command.limit });
      return {
        app,
        environment,
        releases: known.map((release) => releaseView(release, known, context.config)),
      };
    }),
  );
  return historyMessage(places);
};

/** `/tagboat holds` */
export const holds = async (
  command: Extract<Command, { readonly type: 'holds' }>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  const lists = await settleAll(
    placesOf(command, request, context).map(({ app, environment }) => context.store.holds(app, environment)),
  );
  const inForce = lists.flat().filter((hold) => isInForce(hold, context.clock.now()));
  return holdsMessage(inForce);
};

/** What a question is about, as far as it is the asker's business. */
const placesOf = (
  { app, environment }: { readonly app?: string; readonly environment?: string },
  { asker }: CommandRequest,
  { config }: CommandContext,
): readonly Place[] => {
  const meant = Object.entries(config.apps)
    .filter(([name]) => app === undefined || name === app)
    .flatMap(([name, { environments }]) =>
      Object.keys(environments)
        .filter((one) => environment === undefined || one === environment)
        .map((one) => ({ app: name, environment: one })),
    );
  const allowed = meant.filter((place) => isAllowed(allowOf(config, place.app, place.environment), asker));
  if (allowed.length === 0 && meant.length > 0)
    throw notAllowed(allowOf(config, app, environment), asker, app === undefined ? '' : ` in ${app}`);
  return allowed.slice(0, maxPlaces);
};
