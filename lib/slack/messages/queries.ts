import type { Actor } from '../../actor.ts';
import type { Drift } from '../../view/drift.ts';
import type { ReleaseView, TargetView } from '../../view/release.ts';
import { code, escapeMrkdwn } from '../text.ts';
import { actions, type Block, compose, context, type SlackMessage, section, sections } from './block-kit.ts';
import { offerButtons } from './buttons.ts';
import { diagnosisBlocks } from './diagnosis.ts';
import { holdLine } from './holds.ts';
import { because, isUnderWay, numbers, place, requester, time, wordsOf } from './parts.ts';

/** `v0.0.4 is healthy · #12 · when · by whom` */
const releaseLine = (release: ReleaseView): string => {
  const { emoji, words } = wordsOf(release);
  const { tag, startedAt, endedAt, requestedBy, isUndo } = release;
  const at = endedAt ?? startedAt;
  return [
    `${emoji} ${isUndo === true ? 'undo to ' : ''}${code(tag)} ${words}`,
    ...numbers(release.number),
    ...(at === undefined ? [] : [time(at)]),
    ...(requestedBy === undefined ? [] : [`by ${requester(requestedBy)}`]),
  ].join('  ·  ');
};

const whyOf = (release: ReleaseView): readonly string[] => [
  ...(release.reason === undefined ? [] : [`      ${because(release.reason, 400)}`]),
  ...(release.progress === undefined || release.progress === '' || !isUnderWay(release)
    ? []
    : [`      ${escapeMrkdwn(release.progress, 300)}`]),
];

/** `the config repo has v1.2.0, changed by hand since #12 (v1.3.0)` */
const driftLine = ({ found, unreadable, number, tag }: Drift): string => {
  const since = number === undefined ? code(tag) : `#${number} (${code(tag)})`;
  if (unreadable !== undefined)
    return `:warning: the image in the config repo cannot be read any more since ${since}: ${code(unreadable.code)}: ${escapeMrkdwn(unreadable.message, 400)}`;
  const versions = found.map((version) => code(version.tag ?? version.digest ?? '?'));
  const has =
    versions.length === 0
      ? 'the config repo has the image no more'
      : `the config repo has ${versions.join(' and ')}`;
  return `:warning: ${has}, changed by hand since ${since}`;
};

const placeLines = (view: TargetView): readonly string[] => [
  place(view),
  ...(view.current === undefined
    ? ['Nothing was released yet.']
    : [releaseLine(view.current), ...whyOf(view.current)]),
  ...view.waiting.slice(0, 5).map((release) => `then ${releaseLine(release)}`),
  ...(view.waiting.length > 5 ? [`… and ${view.waiting.length - 5} more waiting`] : []),
  ...(view.drift === undefined ? [] : [driftLine(view.drift)]),
  ...view.holds.slice(0, 3).map(holdLine),
  ...(view.holds.length > 3 ? [`… and ${view.holds.length - 3} more holds`] : []),
];

const briefly = ({ app, environment, current }: TargetView): string =>
  `${app} → ${environment}: ${current === undefined ? 'nothing was released yet' : `${current.tag} ${wordsOf(current).words}`}`;

/** The answer to `/tagboat status`. Where one place was asked for, it has the diagnosis and the buttons too. */
export const statusMessage = (places: readonly TargetView[]): SlackMessage => {
  const [only] = places.length === 1 ? places : [];
  const current = only?.current;
  return {
    response_type: 'ephemeral',
    text: escapeMrkdwn(
      places.length === 0 ? 'There is no app to show.' : places.map(briefly).join('; '),
      3000,
    ),
    blocks: compose(
      places.length === 0 ? [section('There is no app to show.')] : [],
      [...places.flatMap((view) => sections(placeLines(view))), ...diagnosisBlocks(current?.diagnosis ?? [])],
      current === undefined ? [] : actions(offerButtons(current, current.offers)),
    ),
  };
};

/** A place, and its releases from the newest on. */
export type HistoryView = {
  readonly app: string;
  readonly environment: string;
  readonly releases: readonly ReleaseView[];
};

/** The source that the name of an actor says already. */
const sourceOf = (actor: Actor | undefined): string | undefined =>
  actor?.type === 'webhook' ? actor.source : actor?.type;

/** `by github: octocat`, `by Ada, by hand`; the hook where the name does not say it. */
const whoOf = ({ requestedBy, source, byHand }: ReleaseView): readonly string[] => {
  const isSaid = source === undefined || source === 'tagboat' || sourceOf(requestedBy) === source;
  const who = [
    ...(requestedBy === undefined ? [] : [`by ${requester(requestedBy)}`]),
    ...(isSaid ? [] : [`from ${escapeMrkdwn(source, 50)}`]),
    ...(byHand === true ? ['by hand'] : []),
  ];
  return who.length === 0 ? [] : [who.join(', ')];
};

const historyLine = (release: ReleaseView): string => {
  const { emoji, words } = wordsOf(release);
  const { number, tag, startedAt, reason, isUndo } = release;
  return [
    [...numbers(number), `${code(tag)} ${emoji} ${isUndo === true ? 'undo, ' : ''}${words}`].join('  '),
    ...(startedAt === undefined ? [] : [time(startedAt)]),
    ...whoOf(release),
    ...(reason === undefined ? [] : [because(reason, 200)]),
  ].join('  ·  ');
};

/** What runs, or was tried last: what was only recorded, skipped or taken away again is none of it. */
const mayBeCurrent = ({ state, commit, isUndo }: ReleaseView): boolean =>
  state === 'healthy' ||
  (commit !== undefined && state !== 'undone') ||
  (isUndo === true && isUnderWay({ state }));

/** A release that an undo could go back to: it ran well, is not what stands, and was not taken away since. */
const wayBack = ({ app, environment, releases }: HistoryView): readonly string[] => {
  const current = releases.find(mayBeCurrent);
  const target = releases.find(
    ({ number, state, tag }, index) =>
      number !== undefined &&
      state === 'healthy' &&
      tag !== current?.tag &&
      !releases.slice(0, index).some((later) => later.tag === tag && later.state === 'undone'),
  );
  return target?.number === undefined ? [] : [`/undo ${app} ${environment} to #${target.number}`];
};

const historyBlocks = (view: HistoryView): readonly Block[] => [
  ...sections([
    place(view),
    ...(view.releases.length === 0 ? ['Nothing was released yet.'] : view.releases.map(historyLine)),
  ]),
  ...context(wayBack(view).map((command) => `Go back with ${code(command)}`)),
];

/** The answer to `/tagboat history`, and how to go back. */
export const historyMessage = (places: readonly HistoryView[]): SlackMessage => ({
  response_type: 'ephemeral',
  text: escapeMrkdwn(
    places.length === 0
      ? 'There is no app to show.'
      : places
          .map(({ app, environment, releases }) => `${app} → ${environment}: ${count(releases.length)}`)
          .join('; '),
    3000,
  ),
  blocks: compose(
    places.length === 0 ? [section('There is no app to show.')] : [],
    places.flatMap(historyBlocks),
  ),
});

const count = (releases: number): string => (releases === 1 ? 'one release' : `${releases} releases`);
