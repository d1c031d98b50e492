import type { Actor } from '../../actor.ts';
import { type Hold, holdReasonText } from '../../view/hold.ts';
import { code, escapeMrkdwn } from '../text.ts';
import { usages } from '../usage.ts';
import { compose, context, type SlackMessage, section, sections } from './block-kit.ts';
import { held, place, requester, time, timeText } from './parts.ts';

const untilOf = ({ until }: Hold, show: (at: number) => string = time): string =>
  until === undefined ? '' : ` until ${show(Date.parse(until))}`;

const plainReason = ({ reason }: Hold): string => {
  const text = holdReasonText(reason);
  return text === '' ? '' : `: ${text}`;
};

const reasonOf = (hold: Hold): string => escapeMrkdwn(plainReason(hold), 600);

const byOf = ({ by, release, createdAt }: Hold): string =>
  `by ${requester(by)}${release === undefined ? '' : ' with an undo'}, ${time(Date.parse(createdAt))}`;

/** One line: what, until when, why, by whom. */
export const holdLine = (hold: Hold): string =>
  `:lock: ${held(hold.tag)}${untilOf(hold)}${reasonOf(hold)} (${byOf(hold)})`;

const plainTag = (tag: string): string => (tag === '*' ? 'every tag' : tag);

/** The answer to `/tagboat holds`. */
export const holdsMessage = (holds: readonly Hold[]): SlackMessage => {
  const count = holds.length === 1 ? 'One hold' : `${holds.length} holds`;
  return {
    response_type: 'ephemeral',
    text: holds.length === 0 ? 'Nothing is held.' : `${count}.`,
    blocks: compose(
      [section(holds.length === 0 ? 'Nothing is held.' : `*${count}*`)],
      sections(holds.map((hold) => `${place(hold)}  ${holdLine(hold)}`)),
      context(holds.length === 0 ? [] : [`Lift one with ${code(usages.unhold.usage)}`]),
    ),
  };
};

/** For the channel, once a hold is set. */
export const holdSet = (hold: Hold): SlackMessage => ({
  response_type: 'in_channel',
  text: escapeMrkdwn(
    `${hold.app} → ${hold.environment}: ${plainTag(hold.tag)} is held${untilOf(hold, timeText)}${plainReason(hold)}`,
    3000,
  ),
  blocks: [
    section(`:lock: ${place(hold)}: ${held(hold.tag)} is held${untilOf(hold)}${reasonOf(hold)}`),
    ...context([`by ${requester(hold.by)}`]),
  ],
});

/** For the channel, once a hold is lifted. @param hold as it was @param by who lifted it */
export const holdLifted = (hold: Hold, by: Actor): SlackMessage => ({
  response_type: 'in_channel',
  text: escapeMrkdwn(`${hold.app} → ${hold.environment}: the hold on ${plainTag(hold.tag)} is lifted`, 3000),
  blocks: [
    section(`:unlock: ${place(hold)}: the hold on ${held(hold.tag)} is lifted`),
    ...context([`by ${requester(by)}`, `it was set ${byOf(hold)}${reasonOf(hold)}`]),
  ],
});
