import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Actor } from '../../../lib/actor.ts';
import { TagboatError } from '../../../lib/errors.ts';
import { decodeAction } from '../../../lib/slack/action.ts';
import { compose, section } from '../../../lib/slack/messages/block-kit.ts';
import {
  askConfirmation,
  askEnvironment,
  helpMessage,
  historyMessage,
  holdLifted,
  holdSet,
  holdsMessage,
  pauseDone,
  received,
  refusal,
  releaseAccepted,
  releaseMessage,
  type SlackMessage,
  statusMessage,
  undoAccepted,
  undoUnderWay,
} from '../../../lib/slack/messages.ts';
import type { Hold, HoldReason } from '../../../lib/view/hold.ts';
import type { Reason } from '../../../lib/view/reason.ts';
import type { DiagnosisView, ReleaseView, TargetView } from '../../../lib/view/release.ts';
import { actor } from '../../support/records.ts';

/** A text that is longer than anything, or means something to Slack. */
const text = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 1000 }))
      .map(([part, times]) => part.repeat(times)),
  },
  fc.constantFrom(
    '<!channel>',
    '&'.repeat(5000),
    '```',
    '`',
    '<@U024BE7LH>',
    '|>',
    '<!date^1^x|y>',
    '\n',
    '',
  ),
);
const url = fc.oneof(fc.webUrl(), fc.constant(`https://example.com/?${'&'.repeat(900)}`), text);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const time = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(Number.NaN, -1, 1e18));
const person: fc.Arbitrary<Actor> = fc.oneof(
  fc.constantFrom(
    ...['slack:U024BE7LH', 'github:<!here>', 'slack:<!here>', 'tagboat:onFailure', 'cluster'].map(actor),
  ),
  text.map((user) => ({ type: 'slack', user }) as const),
  fc.record({ type: fc.constant('webhook' as const), source: text, user: optional(text) }),
);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
const place = { app: fc.oneof(name, text), environment: fc.oneof(name, text) };

const diagnosis: fc.Arbitrary<DiagnosisView> = fc.record({
  summary: text,
  evidence: fc.array(text, { maxLength: 5 }),
  next: text,
  pod: text,
  count: optional(fc.integer()),
});
const iso = time.filter((at) => Math.abs(at) <= 8.64e15).map((at) => new Date(at).toISOString());
const holdReason: fc.Arbitrary<HoldReason> = fc.oneof(
  text.map((message) => ({ code: 'given', message }) as const),
  text.map((message) => ({ code: 'rollout-failed', message }) as const),
  fc.constant({ code: 'not-given' } as const),
);
const reason: fc.Arbitrary<Reason> = fc.oneof(
  fc.record({ code: text, message: text }),
  fc.record({
    code: fc.constant('held' as const),
    tag: text,
    by: person,
    until: optional(iso),
    reason: holdReason,
  }),
  fc.record({
    code: fc.constant('superseded' as const),
    releaseId: text,
    other: fc.constantFrom('queued', 'committed', 'same-image'),
  }),
  fc.record({ code: fc.constant('undone' as const), by: person }),
  fc.record({
    code: fc.constant('older-than-current' as const),
    tag: text,
    newer: text,
    environment: optional(text),
  }),
);
const release: fc.Arbitrary<ReleaseView> = fc.record({
  ...place,
  id: optional(text),
  number: optional(fc.integer({ min: 1 })),
  image: text,
  tag: text,
  state: fc.constantFrom(
    'queued',
    'committed',
    'rolling-out',
    'healthy',
    'failed',
    'undone',
    'superseded',
    'skipped',
  ),
  isUndo: fc.boolean(),
  byHand: fc.boolean(),
  reason: optional(reason),
  progress: optional(text),
  phase: fc.constantFrom(
    undefined,
    'waiting-for-agent',
    'applied',
    'rolling-out',
    'paused',
    'waiting-for-person',
  ),
  notes: fc.array(text, { maxLength: 8 }),
  previousTag: optional(text),
  commit: optional(text),
  commitUrl: optional(url),
  diffUrl: optional(url),
  diagnosis: fc.array(diagnosis, { maxLength: 15 }),
  requestedBy: optional(person),
  source: optional(text),
  undoneBy: optional(person),
  undoneTag: optional(text),
  isUndoneHeld: optional(fc.boolean()),
  startedAt: optional(time),
  endedAt: optional(time),
  paused: optional(fc.record({ by: person, at: time })),
  offers: fc.subarray(['undo', 'put-back', 'pause', 'resume'] as const),
});
const hold: fc.Arbitrary<Hold> = fc.record({
  ...place,
  tag: text,
  by: person,
  reason: holdReason,
  createdAt: iso,
  until: optional(iso),
});
const placeView: fc.Arbitrary<TargetView> = fc.record({
  ...place,
  current: optional(release),
  waiting: fc.array(release, { maxLength: 8 }),
  holds: fc.array(hold, { maxLength: 6 }),
});
const undo = fc.record({
  isHeld: fc.boolean(),
  isLifted: fc.boolean(),
  ...place,
  from: optional(text),
  to: text,
  caution: optional(
    fc.oneof(
      fc.record({ code: fc.constant('stood-before' as const), before: text }),
      fc.record({ code: fc.constantFrom('never-healthy', 'failed', 'undone') }),
    ),
  ),
  requestedBy: person,
  id: optional(text),
  number: optional(fc.integer()),
});
const history = fc.record({ ...place, releases: fc.array(release, { maxLength: 30 }) });
const command = fc.record({ type: fc.constant('hold' as const), ...place, tag: text, reason: text });

/** Any message, for any views. */
const message: fc.Arbitrary<SlackMessage> = fc.oneof(
  { weight: 6, arbitrary: release.map(releaseMessage) },
  { weight: 2, arbitrary: fc.array(placeView, { maxLength: 20 }).map(statusMessage) },
  { weight: 2, arbitrary: fc.array(history, { maxLength: 5 }).map(historyMessage) },
  fc.array(hold, { maxLength: 40 }).map(holdsMessage),
  hold.map(holdSet),
  fc.tuple(hold, person).map(([one, by]) => holdLifted(one, by)),
  undo.map(undoAccepted),
  undo.map(undoUnderWay),
  fc
    .tuple(command, fc.array(fc.oneof(name, text), { maxLength: 40 }))
    .map(([one, names]) => askEnvironment(one, names)),
  fc
    .record({
      command,
      expect: optional(text),
      title: text,
      details: fc.array(text),
      yes: text,
      danger: fc.boolean(),
    })
    .map(askConfirmation),
  fc.record({ ...place, tag: text, requestedBy: person, liftedHold: fc.boolean() }).map(releaseAccepted),
  fc
    .record({ ...place, paused: fc.boolean(), by: person, workloads: fc.array(text), changed: fc.boolean() })
    .map(pauseDone),
  text.map((words) => received({ words })),
  fc.tuple(text, fc.array(text)).map(([words, ask]) => refusal(new TagboatError('not-allowed', words), ask)),
  fc.constant(helpMessage()),
);

const lengths = (texts: readonly string[]) => ({
  least: Math.min(1, ...texts.map((one) => one.length)),
  most: Math.max(0, ...texts.map((one) => one.length)),
});

test('whatever there is to say, Slack takes it, and nobody is mentioned by it but who asked', () => {
  fc.assert(
    fc.property(message, (made) => {
      const texts = made.blocks.flatMap((block) => {
        if (block.type === 'section') return [block.text.text];
        return block.type === 'context' ? block.elements.map((one) => one.text) : [];
      });
      const rows = made.blocks.flatMap((block) => (block.type === 'actions' ? [block.elements] : []));
      const buttons = rows.flat();
      const confirms = buttons.flatMap(({ confirm }) => (confirm === undefined ? [] : [confirm]));

      expect(made.blocks.length).toBeGreaterThan(0);
      expect(made.blocks.length).toBeLessThanOrEqual(50);
      expect(lengths([...texts, made.text]).least).toBe(1);
      expect(lengths([...texts, made.text]).most).toBeLessThanOrEqual(3000);
      expect(Math.max(0, ...rows.map((row) => row.length))).toBeLessThanOrEqual(25);
      expect(Math.min(1, ...rows.map((row) => row.length))).toBe(1);
      expect(rows.map((row) => new Set(row.map((one) => one.action_id)).size)).toEqual(
        rows.map((row) => row.length),
      );
      expect(lengths(buttons.map((one) => one.text.text))).toMatchObject({ least: 1 });
      expect(lengths(buttons.map((one) => one.text.text)).most).toBeLessThanOrEqual(75);
      expect(lengths(buttons.map((one) => one.value)).most).toBeLessThanOrEqual(2000);
      expect(lengths(confirms.map((one) => one.title.text)).most).toBeLessThanOrEqual(100);
      expect(lengths(confirms.map((one) => one.text.text)).most).toBeLessThanOrEqual(300);
      expect(lengths(confirms.flatMap((one) => [one.confirm.text, one.deny.text])).most).toBeLessThanOrEqual(
        30,
      );

      const all = [
        ...texts,
        made.text,
        ...buttons.map((one) => one.text.text),
        ...confirms.map((one) => one.text.text),
      ];
      const markup = all.flatMap((one) => one.match(/<[^>]*>?/g) ?? []);
      const ours =
        /^<(?:@U024BE7LH|!date\^\d+\^\{date_short_pretty\} \{time\}\|[-\d]+ [\d:]+ UTC|https?:\/\/[^|<>]+\|[^|<>]*)>$/;
      expect(markup.filter((one) => !ours.test(one))).toEqual([]);
    }),
    // A message has hundreds of texts to make smaller, where one is wrong
    { numRuns: 150, interruptAfterTimeLimit: 20_000 },
  );
});

test('messages about a release are short enough for a channel, whatever went wrong', () => {
  fc.assert(
    fc.property(release, (view) => {
      expect(JSON.stringify(releaseMessage(view).blocks).length).toBeLessThanOrEqual(12_000);
    }),
  );
});

test('a message without room leaves out what comes last, and says how much', () => {
  const body = Array.from({ length: 60 }, (_, index) => section(`line ${index}`));
  const few = compose([section('head')], body, [section('tail')]);
  expect(few).toHaveLength(50);
  expect(few.slice(-2)).toEqual([section('… and 13 more'), section('tail')]);
  expect(compose([section('head')], body.slice(0, 48), [section('tail')])).toHaveLength(50);

  const long = compose(
    [],
    Array.from({ length: 5 }, () => section('x'.repeat(3000))),
  );
  expect(long).toHaveLength(4);
  expect(long.at(-1)).toEqual(section('… and 2 more'));
});

test('buttons for names that a configuration allows always come back', () => {
  fc.assert(
    fc.property(name, name, fc.stringMatching(/^\w[\w.-]{0,127}$/), (app, environment, tag) => {
      const { blocks } = releaseMessage({
        app,
        environment,
        tag,
        image: 'docker.io/library/x',
        state: 'healthy',
        id: '01JDCQ7RZ1Y6M8Y3T5V6W7X8Y9',
        undoneTag: tag,
        offers: ['undo', 'put-back', 'pause', 'resume'],
      });
      const values = blocks.flatMap((block) =>
        block.type === 'actions' ? block.elements.map(({ value }) => decodeAction(value).type) : [],
      );
      expect(values).toEqual(['run', 'run', 'run', 'run']);
    }),
  );
});
