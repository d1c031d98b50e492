import { code, escapeMrkdwn } from '../text.ts';
import { actions, type Block, compose, context, type SlackMessage, section, sections } from './block-kit.ts';
import { offerButtons } from './buttons.ts';
import { diagnosisBlocks } from './diagnosis.ts';
import { holdLine } from './holds.ts';
import { isUnderWay, numbers, place, requester, time, wordsOf } from './parts.ts';
import type { PlaceView, ReleaseView } from './views.ts';

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
  ...(release.reason === undefined || release.reason === ''
    ? []
    : [`      ${escapeMrkdwn(release.reason, 400)}`]),
  ...(release.progress === undefined || release.progress === '' || !isUnderWay(release)
    ? []
    : [`      ${escapeMrkdwn(release.progress, 300)}`]),
];

const placeLines = (view: PlaceView): readonly string[] => [
  place(view),
  ...(view.current === undefined
    ? ['Nothing was released yet.']
    : [releaseLine(view.current), ...whyOf(view.current)]),
  ...view.waiting.slice(0, 5).map((release) => `then ${releaseLine(release)}`),
  ...(view.waiting.length > 5 ? [`… and ${view.waiting.length - 5} more waiting`] : []),
  ...view.holds.slice(0, 3).map(holdLine),
  ...(view.holds.length > 3 ? [`… and ${view.holds.length - 3} more holds`] : []),
];

const briefly = ({ app, environment, current }: PlaceView): string =>
  `${app} → ${environment}: ${current === undefined ? 'nothing was released yet' : `${current.tag} ${wordsOf(current).words}`}`;

/** The answer to `/tagboat status`. Where one place was asked for, it has the diagnosis and the buttons too. */
export const statusMessage = (places: readonly PlaceView[]): SlackMessage => {
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

/** `by github: octocat`, `by Ada, by hand`; the hook where the name does not say it. */
const whoOf = ({ requestedBy, source, byHand }: ReleaseView): readonly string[] => {
  const isSaid = source === undefined || requestedBy?.startsWith(`${source}:`) === true;
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
    ...(reason === undefined || reason === '' ? [] : [escapeMrkdwn(reason, 200)]),
  ].join('  ·  ');
};

/** A release that an undo could go back to: not what runs now, and once verified to run well. */
const wayBack = ({ app, environment, releases }: HistoryView): readonly string[] => {
  const target = releases
    .slice(1)
    .find(
      ({ number, state, undoneFrom }) =>
        number !== undefined && (state === 'healthy' || (state === 'undone' && undoneFrom === 'healthy')),
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
