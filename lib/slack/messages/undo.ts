import type { Actor } from '../../actor.ts';
import { type Caution, cautionText } from '../../view/caution.ts';
import type { Offer } from '../../view/release.ts';
import { code, escapeMrkdwn } from '../text.ts';
import { actions, context, type SlackMessage, section } from './block-kit.ts';
import { offerButtons } from './buttons.ts';
import { numbers, requester } from './parts.ts';

/** What an undo does, as its acknowledgement says it. */
export type UndoView = {
  readonly app: string;
  readonly environment: string;
  /** The tag that is taken away, where one ran. */
  readonly from?: string | undefined;
  /** True where that tag is held from now on. */
  readonly isHeld: boolean;
  /** The tag that is put back. */
  readonly to: string;
  /** What has to be known of it. */
  readonly caution?: Caution | undefined;
  /** True where that one was held until now. */
  readonly isLifted?: boolean | undefined;
  readonly requestedBy: Actor;
  /** Id and number of the release that the undo makes. */
  readonly id?: string | undefined;
  readonly number?: number | undefined;
  /** Where absent: putting back what is held, or undoing what was held. */
  readonly offers?: readonly Offer[] | undefined;
};

const wordsOf = ({ app, environment, from, to }: UndoView) => ({
  place: `*${escapeMrkdwn(app, 200)}* in *${escapeMrkdwn(environment, 200)}*`,
  plainPlace: `${app} in ${environment}`,
  change: from === undefined ? `back to ${code(to)}` : `from ${code(from)} back to ${code(to)}`,
  plainChange: from === undefined ? `back to ${to}` : `from ${from} back to ${to}`,
});

const defaultOffers = ({ isHeld, isLifted }: UndoView): readonly Offer[] =>
  isHeld ? ['put-back'] : isLifted === true ? ['undo'] : [];

const cautionLine = ({ to, caution }: UndoView): string =>
  caution === undefined ? '' : `\n:warning: ${escapeMrkdwn(cautionText(to, caution), 600)}`;

/** The answer to `/undo`, for the channel. */
export const undoAccepted = (undo: UndoView): SlackMessage => {
  const { place, plainPlace, change, plainChange } = wordsOf(undo);
  const { from, to, isHeld, isLifted } = undo;
  const hold =
    isHeld && from !== undefined && from !== to
      ? `\n${code(from)} is held until somebody releases it by hand.`
      : isLifted === true
        ? `\nThe hold on ${code(to)} is lifted.`
        : '';
  return {
    response_type: 'in_channel',
    text: escapeMrkdwn(`Undoing ${plainPlace}, ${plainChange}`, 3000),
    blocks: [
      section(`:leftwards_arrow_with_hook: Undoing ${place}, ${change}${hold}${cautionLine(undo)}`),
      ...context([...numbers(undo.number), `asked for by ${requester(undo.requestedBy)}`]),
      ...actions(
        offerButtons({ ...undo, tag: undo.to, undoneTag: from }, undo.offers ?? defaultOffers(undo)),
      ),
    ],
  };
};

/** The same for a user who asks for an undo that another user asked for first: nothing is done twice. */
export const undoUnderWay = (undo: UndoView): SlackMessage => {
  const { place, plainPlace, change, plainChange } = wordsOf(undo);
  return {
    response_type: 'ephemeral',
    text: escapeMrkdwn(`Already under way: undoing ${plainPlace}, ${plainChange}`, 3000),
    blocks: [
      section(
        `:leftwards_arrow_with_hook: Already under way: undoing ${place}, ${change}${cautionLine(undo)}`,
      ),
      ...context([
        ...numbers(undo.number),
        `asked for by ${requester(undo.requestedBy)}, and nothing more was started`,
      ]),
    ],
  };
};
