import { familiarName } from '../../image.ts';
import type { ReleaseView } from '../../view/release.ts';
import { code, escapeMrkdwn, link } from '../text.ts';
import { actions, type Block, compose, context, type SlackMessage, section, sections } from './block-kit.ts';
import { offerButtons } from './buttons.ts';
import { diagnosisBlocks } from './diagnosis.ts';
import {
  awaitsDeletion,
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

const pausedBy = ({ paused, phase }: ReleaseView): readonly string[] => {
  if (paused === undefined) return [];
  return awaitsDeletion({ paused, phase })
    ? [`It waits for a person since ${time(paused.at)}; its timeout does not count meanwhile.`]
    : [`Paused by ${requester(paused.by)} ${time(paused.at)}; nothing goes on until somebody resumes it.`];
};

const undoneBy = ({ state, undoneBy: by }: ReleaseView): readonly string[] =>
  state !== 'undone' || by === undefined ? [] : [`Undone by ${requester(by)}`];

const heldBy = ({ isUndo, undoneTag, isUndoneHeld, state }: ReleaseView): readonly string[] => {
  if (isUndo !== true || undoneTag === undefined) return [];
  if (isUndoneHeld === false)
    return [`${code(undoneTag)} is not held: it may have failed for the same cause.`];
  return isUnderWay({ state }) || state === 'healthy' || state === 'failed'
    ? [`${code(undoneTag)} is held until somebody releases it by hand.`]
    : [];
};

const putOffTo = ({ putOff }: ReleaseView): readonly string[] =>
  putOff === undefined
    ? []
    : [`${putOff === 'before-commit' ? 'Nothing is committed yet; it' : 'It'} is tried again by itself.`];

/** What stands where after a failure between Git and the cluster, and the ways out of it. */
const gitAheadOf = (release: ReleaseView): readonly string[] => {
  const { gitAhead, isUndo, tag, previousTag } = release;
  if (gitAhead !== true) return [];
  const runs = previousTag === undefined || previousTag === tag ? 'something else' : code(previousTag);
  const undo =
    isUndo === true ? '' : ' An undo puts the last healthy version back into Git, and delivers that.';
  return [
    `Git says ${code(tag)}, and the cluster may still run ${runs}.${undo} Released by hand, ${code(tag)} is delivered again.`,
  ];
};

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
    ...putOffTo(release),
    ...gitAheadOf(release),
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
  ...(release.gitTag === undefined ? [] : [`Git tag ${code(release.gitTag)}`]),
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

/**
 * That a release still waits for a person, and for what: a message of its own, since nobody is told of one that is edited.
 * @param waitedMs for how long it has waited
 */
export const reminderMessage = (release: ReleaseView, waitedMs: number): SlackMessage => {
  const { app, environment, tag, progress = '' } = release;
  const { words } = wordsOf(release);
  const since = `${words} for ${duration(waitedMs)} now`;
  return {
    text: escapeMrkdwn(`${app} → ${environment}: ${tag} ${since}`, 900),
    blocks: compose(
      [
        section(`:alarm_clock: ${place(release)}: ${code(tag)} ${since}`),
        ...sections(progress === '' ? [] : [`> ${escapeMrkdwn(progress.replaceAll('\n', ' '), 500)}`]),
      ],
      [],
      context([...numbers(release.number), `${code(`/tagboat status ${app} ${environment}`)} shows it`]),
    ),
  };
};
