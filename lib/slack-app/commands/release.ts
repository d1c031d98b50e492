import { requestManualRelease } from '../../release/intake/manual-release.ts';
import { askConfirmation, releaseAccepted } from '../../slack/messages.ts';
import {
  type Asked,
  answer,
  type Carried,
  type CommandContext,
  type Placed,
  requester,
} from './command-request.ts';
import { holdViewOf } from './views.ts';

/** `/tagboat release`: one that is held is asked about first. */
export const releaseByHand = async (
  { app, environment, tag }: Placed<'release'>,
  asked: Asked,
  context: CommandContext,
): Promise<Carried> => {
  const accepted = await requestManualRelease(
    {
      app,
      environment,
      tag,
      by: requester(asked),
      source: 'slack',
      delivery: asked.id,
      expect: asked.expect,
      confirmed: asked.confirmed === true,
      askedAt: asked.at,
      responseUrl: asked.asker.responseUrl,
      askedFrom: asked.asker.channelId,
    },
    context,
  );
  if (accepted.type === 'held')
    return answer(
      askConfirmation({
        command: { type: 'release', app, environment, tag },
        title: `Release ${tag} to ${app} ${environment} although it is held?`,
        hold: holdViewOf(accepted.hold),
        details: [
          accepted.hold.tag === '*'
            ? 'The hold of every tag stays for whatever comes next.'
            : 'This lifts the hold.',
        ],
        yes: `Release ${tag}`,
        danger: true,
      }),
    );
  const { release, lifted } = accepted;
  return answer(
    releaseAccepted({
      app,
      environment,
      tag,
      requestedBy: release.requestedBy,
      number: release.number,
      liftedHold: lifted !== undefined,
    }),
  );
};
