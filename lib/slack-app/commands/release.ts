import { requestManualRelease } from '../../release/intake/manual-release.ts';
import { askConfirmation, releaseAccepted, type SlackMessage } from '../../slack/messages.ts';
import {
  type CommandContext,
  type CommandRequest,
  type CommandTarget,
  requester,
} from './command-request.ts';

/** `/tagboat release`: one that is held is asked about first. */
export const releaseByHand = async (
  { app, environment, tag }: CommandTarget<'release'>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  const accepted = await requestManualRelease(
    {
      app,
      environment,
      tag,
      by: requester(request),
      source: 'slack',
      delivery: request.id,
      expect: request.expect,
      confirmed: request.confirmed === true,
      askedAt: request.at,
      responseUrl: request.asker.responseUrl,
      askedFrom: request.asker.channelId,
    },
    context,
  );
  if (accepted.type === 'held')
    return askConfirmation({
      command: { type: 'release', app, environment, tag },
      title: `Release ${tag} to ${app} ${environment} although it is held?`,
      hold: accepted.hold,
      details: [
        accepted.hold.tag === '*'
          ? 'The hold of every tag stays for whatever comes next.'
          : 'This lifts the hold.',
      ],
      yes: `Release ${tag}`,
      danger: true,
    });
  const { release, lifted } = accepted;
  return releaseAccepted({
    app,
    environment,
    tag,
    requestedBy: release.requestedBy,
    number: release.number,
    liftedHold: lifted !== undefined,
  });
};
