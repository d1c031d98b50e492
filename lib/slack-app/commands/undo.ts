import { planUndo, type UndoRequest } from '../../release/model/undo-plan.ts';
import { readSituation } from '../../release/undo/read-situation.ts';
import { requestUndo } from '../../release/undo/request-undo.ts';
import { askConfirmation, type SlackMessage, undoAccepted, undoUnderWay } from '../../slack/messages.ts';
import { cautionText } from '../../view/caution.ts';
import {
  type CommandContext,
  type CommandRequest,
  type CommandTarget,
  requester,
} from './command-request.ts';

/** `/undo`: at once, since one command at three in the morning is the promise; or after a question, with `slack.confirm`. */
export const undo = async (
  { app, environment, to, number }: CommandTarget<'undo'>,
  request: CommandRequest,
  context: CommandContext,
): Promise<SlackMessage> => {
  const undoRequest: UndoRequest = {
    app,
    environment,
    to,
    number,
    expect: request.expect,
    by: requester(request),
    reason: { code: 'undone', from: 'slack' },
    source: 'slack',
    delivery: request.id,
    askedAt: request.at,
    responseUrl: request.asker.responseUrl,
    askedFrom: request.asker.channelId,
  };
  if (context.slack.confirm && request.confirmed !== true) return confirm(undoRequest, context);
  const { release, undone, isHeld, isLifted, created } = await requestUndo(undoRequest, context);
  const view = {
    app,
    environment,
    from: undone?.tag,
    isHeld,
    isLifted,
    to: release.tag,
    caution: release.caution,
    requestedBy: release.requestedBy,
    id: release.id,
    number: release.number,
  };
  return created ? undoAccepted(view) : undoUnderWay(view);
};

const confirm = async (request: UndoRequest, context: CommandContext): Promise<SlackMessage> => {
  const { app, environment, to, number } = request;
  const { current, restores, caution, holdsCurrent } = planUndo(
    request,
    await readSituation(request, context),
  );
  return askConfirmation({
    command: {
      type: 'undo',
      app,
      environment,
      ...(to === undefined ? {} : { to }),
      ...(number === undefined ? {} : { number }),
    },
    expect: current?.id,
    title: `Undo ${app} in ${environment}?`,
    details: [
      current === undefined
        ? `This puts ${restores.tag} back.`
        : `This puts ${restores.tag} back in the place of ${current.tag}${holdsCurrent ? `, and holds ${current.tag}` : ''}.`,
      ...(caution === undefined ? [] : [cautionText(restores.tag, caution)]),
    ],
    yes: `Put ${restores.tag} back`,
    danger: true,
  });
};
