import { familiarName } from '../../image.ts';
import type { ReleaseView } from '../../view/release.ts';
import { code, escapeMrkdwn, link } from '../text.ts';
import { actions, type Block, compose, context, type SlackMessage, section, sections } from './block-kit.ts';
import { offerButtons } from './buttons.ts';
import { diagnosisBlocks } from './diagnosis.ts';
import {
  because,
  duration,
  isUnderWay,
  numbers,
  place,
  requester,
  time,
  timeText,
  wordsOf,
} from './parts.ts';

/** What the message says in its first line, after the place. */
const headlineOf = (release: ReleaseView) => {
  const { emoji, words } = wordsOf(release);
  return { emoji, words, what: release.isUndo === true ? 'undo to ' : '' };
};

/** Nothing after nothing. */
const after = (before: string, text: string): string => (text === '' ? '' : `${before}${text}`);

/** What changes: from which tag to which. */
const changeOf = ({ previousTag, tag, isUndo, undoneTag }: ReleaseView): readonly string[] => {
  const from = isUndo === true ? (undoneTag ?? previousTag) : previousTag;
  return from === undefined || from === tag ? [] : [`${code(from)} → ${code(tag)}`];
};

const pausedBy = ({ paused }: ReleaseView): readonly string[] =>
  paused === undefined
    ? []
    : [`Paused by ${requester(paused.by)} ${time(paused.at)}; nothing goes on until somebody resumes it.`];

const undoneBy = ({ state, undoneBy: by }: ReleaseView): readonly string[] =>
  state !== 'undone' || by === undefined ? [] : [`Undone by ${requester(by)}`];

const heldBy = ({ isUndo, undoneTag, state }: ReleaseView): readonly string[] =>
  isUndo === true &&
  undoneTag !== undefined &&
  (isUnderWay({ state }) || state === 'healthy' || state === 'failed')
    ? [`${code(undoneTag)} is held until somebody releases it by hand.`]
    : [];

/** Those of a rollout, and the few that name what a commit did not touch. */
const maxNotes = 10;

/** What there is to say between the first line and the small print. */
const detailBlocks = (release: ReleaseView): readonly Block[] => {
  const { progress, notes = [] } = release;
  const lines = [
    ...changeOf(release),
    ...(progress === undefined || progress === '' || !isUnderWay(release)
      ? []
      : [`> ${escapeMrkdwn(progress.replaceAll('\n', ' '), 500)}`]),
    ...(isUnderWay(release) ? pausedBy(release) : []),
    ...undoneBy(release),
    ...heldBy(release),
    ...notes.slice(0, maxNotes).map((note) => `:information_source: ${escapeMrkdwn(note, 300)}`),
  ];
  return sections(lines);
};

const askedBy = ({ requestedBy, byHand }: ReleaseView): readonly string[] =>
  requestedBy === undefined
    ? []
    : [`${byHand === true ? 'by hand, ' : ''}asked for by ${requester(requestedBy)}`];

const timesOf = ({ state, startedAt, endedAt }: ReleaseView): readonly string[] => [
  ...(startedAt === undefined ? [] : [time(startedAt)]),
  ...(startedAt === undefined || endedAt === undefined || state === 'skipped'
    ? []
    : [`took ${duration(endedAt - startedAt)}`]),
];

const smallPrintOf = (release: ReleaseView): readonly string[] => [
  ...numbers(release.number),
  code(`${familiarName(release.image)}:${release.tag}`),
  ...(release.commitUrl === undefined
    ? []
    : [link(release.commitUrl, release.commit?.slice(0, 7) ?? 'commit')]),
  ...(release.diffUrl === undefined ? [] : [link(release.diffUrl, 'changes')]),
  ...askedBy(release),
  ...timesOf(release),
  ...(release.id === undefined ? [] : [escapeMrkdwn(release.id, 200)]),
];

/**
 * A release, from queued to its verdict and beyond: one message that is edited as it goes, so that it says at every state
 * all that there is to say.
 */
export const releaseMessage = (release: ReleaseView): SlackMessage => {
  const { app, environment, tag } = release;
  const { emoji, words, what } = headlineOf(release);
  const why = (limit: number, show?: (at: number) => string): string =>
    release.reason === undefined ? '' : after(': ', because(release.reason, limit, show));
  return {
    text: `${escapeMrkdwn(`${app} → ${environment}: ${what}${tag} ${words}`, 900)}${why(1800, timeText)}`,
    blocks: compose(
      [
        section(`${emoji} ${place(release)}: ${what}${code(tag)} ${words}${why(1500)}`),
        ...detailBlocks(release),
      ],
      diagnosisBlocks(release.diagnosis ?? []),
      [...context(smallPrintOf(release)), ...actions(offerButtons(release, release.offers))],
    ),
  };
};
