import { describe, expect, it } from 'vitest';
import type { ImageVersion, Release } from '../../../lib/release/model/release.ts';
import type { UndoRequest } from '../../../lib/release/model/undo-plan.ts';
import { planUndo } from '../../../lib/release/model/undo-plan.ts';
import type { Hold } from '../../../lib/view/hold.ts';
import { actor, given } from '../../support/records.ts';
import { digest, requestFor } from '../support/context.ts';

const start = Date.parse('2026-11-23T11:00:00.000Z');
const now = Date.parse('2026-11-23T12:00:00.000Z');

/** A line each, oldest first, a minute apart: `v1.0.0 healthy`, `undo v1.0.0 healthy undoes 2`, `v1.1.0 undone from failed`. */
const record = (...lines: readonly string[]): readonly Release[] =>
  lines
    .map((line, index): Release => {
      const [, undo, tag = '', state, undoes, from, previous] =
        /^(undo )?(\S+) ([a-z-]+)(?: undoes (\d+))?(?: from ([a-z-]+))?(?: after (\S+))?$/.exec(line) ?? [];
      const at = new Date(start + index * 60_000).toISOString();
      const isWritten = state !== 'queued' && state !== 'waiting-for-image' && state !== 'skipped';
      return {
        ...requestFor(tag, { kind: undo === undefined ? 'release' : 'undo', digest: undefined }),
        id: String(index + 1).padStart(4, '0'),
        number: index + 1,
        state: state as Release['state'],
        undoes: undoes?.padStart(4, '0'),
        undoneFrom: from as Release['state'] | undefined,
        previous: previous === undefined ? undefined : { tag: previous },
        commit: isWritten ? 'c0ffee' : undefined,
        requestedBy: actor('slack:alice'),
        attempts: 0,
        createdAt: at,
        updatedAt: at,
      };
    })
    .toReversed();

const hold = (tag: string, fields: Partial<Hold> = {}): Hold => ({
  app: 'okeydokey',
  environment: 'production',
  tag,
  by: actor('slack:alice'),
  reason: given('bad'),
  createdAt: '',
  ...fields,
});

const asked: UndoRequest = {
  app: 'okeydokey',
  environment: 'production',
  by: actor('slack:alice'),
  reason: given(''),
  source: 'slack',
  delivery: 'd',
};

const plan = (
  known: readonly Release[],
  request: Partial<UndoRequest> = {},
  holds: readonly Hold[] = [],
  at = now,
) => {
  const { current, restores, holdsCurrent } = planUndo({ ...asked, ...request }, { known, holds, now: at });
  return `${current?.number === undefined ? 'nothing' : `#${current.number}`} → ${restores.tag}${current === undefined || holdsCurrent ? '' : ', nothing held'}`;
};

type Case = [string, readonly Release[], string, Partial<UndoRequest>?, (readonly Hold[])?];

const chain = ['v1.0.0 healthy', 'v1.1.0 undone from healthy', 'undo v1.0.0 healthy undoes 2'];

describe('what an undo would do', () => {
  it.each<Case>([
    ['back to the last healthy one', record('v1.0.0 healthy', 'v1.1.0 healthy'), '#2 → v1.0.0'],
    [
      'past what failed, and past what is held',
      record('v1.0.0 healthy', 'v1.1.0 failed', 'v1.2.0 healthy', 'v1.3.0 healthy'),
      '#4 → v1.0.0',
      {},
      [hold('v1.2.0')],
    ],
    [
      'to what is held no more',
      record('v1.0.0 healthy', 'v1.2.0 healthy', 'v1.3.0 healthy'),
      '#3 → v1.2.0',
      {},
      [hold('v1.2.0', { until: '2026-11-23T11:59:00Z' })],
    ],
    [
      'a freeze keeps nobody from going back',
      record('v1.0.0 healthy', 'v1.1.0 healthy'),
      '#2 → v1.0.0',
      {},
      [hold('*')],
    ],
    [
      'not to a version that failed later on',
      record('v0.9.0 healthy', 'v1.0.0 healthy', 'v1.1.0 healthy', 'v1.0.0 failed', 'v1.2.0 failed'),
      '#5 → v1.1.0',
    ],
    [
      'to what the manifests had before the first release',
      record('v1.0.0 rolling-out after v0.9.0'),
      '#1 → v0.9.0',
    ],
    [
      'what stands, not what still waits behind it',
      record('v1.0.0 healthy', 'v1.1.0 healthy', 'v1.2.0 waiting-for-image', 'v1.3.0 skipped'),
      '#2 → v1.0.0',
    ],
    ['the rollout that is going on', record('v1.0.0 healthy', 'v1.1.0 rolling-out'), '#2 → v1.0.0'],
    [
      'a release by its number',
      record('v1.0.0 healthy', 'v1.1.0 healthy', 'v1.2.0 healthy'),
      '#3 → v1.0.0',
      { number: 1 },
    ],
    [
      'a release by its number, though it failed',
      record('v1.0.0 failed', 'v1.1.0 healthy'),
      '#2 → v1.0.0',
      { number: 1 },
    ],
    ['a tag that nobody has seen', record('v1.0.0 healthy'), '#1 → v0.1.0', { to: 'v0.1.0' }],
    ['a tag where nothing is on record', record(), 'nothing → v0.1.0', { to: 'v0.1.0' }],
  ])('%s', (_name, known, expected, request, holds) => {
    expect(plan(known, request, holds)).toBe(expected);
  });
});

describe('what the config repo had before', () => {
  const known = record('v1.1.0 committed after v1.0.0', 'v1.2.0 failed after v1.1.0');
  const cautionOf = (releases: readonly Release[], request: Partial<UndoRequest> = {}, isCut = false) =>
    planUndo({ ...asked, ...request }, { known: releases, isCut, holds: [], now });

  it('comes back where nothing was healthy, and not what failed or was only committed', () => {
    expect(cautionOf(known)).toMatchObject({
      restores: { tag: 'v1.0.0' },
      caution: { code: 'stood-before', before: 'v1.1.0' },
    });
  });

  it('does not come back by itself', () => {
    expect(() => cautionOf(known, { onlyHealthy: true })).toThrow(
      'no healthy release of okeydokey production comes before v1.2.0; v1.0.0, which stood in the config repo before, comes back with /undo okeydokey production',
    );
  });

  it('is not known where there are older releases than could be read', () => {
    expect(() => cautionOf(known, {}, true)).toThrow(
      'no healthy release of okeydokey production comes before v1.2.0',
    );
    expect(cautionOf(known, { to: 'v1.0.0' }, true).caution).toEqual({ code: 'never-healthy' });
  });

  it.each<[string, readonly ImageVersion[], string | undefined]>([
    ['one', [{ tag: 'v1.0.0' }], 'v1.0.0'],
    [
      'one, of which one place has the digest',
      [{ tag: 'v1.0.0', digest: digest('a') }, { tag: 'v1.0.0' }],
      'v1.0.0',
    ],
    ['none', [], undefined],
    ['several', [{ tag: 'v1.0.0' }, { tag: 'v0.9.0' }], undefined],
    ['one of Tagboat and another', [{ tag: 'v1.1.0' }, { tag: 'v0.9.0' }], undefined],
  ])('%s', (_name, replaced, expected) => {
    const releases = record('v1.1.0 failed', 'v1.2.0 failed').map((one) =>
      one.tag === 'v1.2.0' ? { ...one, replaced } : one,
    );
    const restored = () => cautionOf(releases).restores.tag;

    if (expected === undefined)
      expect(restored).toThrow(expect.objectContaining({ code: 'nothing-to-undo' }));
    else expect(restored()).toBe(expected);
  });
});

describe('the undo of an undo', () => {
  it.each<Case>([
    ['brings back what was healthy', record(...chain), '#3 → v1.1.0, nothing held', {}, [hold('v1.1.0')]],
    ['brings it back also where the hold was lifted', record(...chain), '#3 → v1.1.0, nothing held'],
    [
      'takes the bad release away again the next time, and holds it',
      record(
        ...chain.slice(0, 2),
        'undo v1.0.0 undone undoes 2 from healthy',
        'undo v1.1.0 healthy undoes 3',
      ),
      '#4 → v1.0.0',
    ],
    [
      'does so also where the first undo was not through when it was undone',
      record(
        ...chain.slice(0, 2),
        'undo v1.0.0 undone undoes 2 from rolling-out',
        'undo v1.1.0 healthy undoes 3',
      ),
      '#4 → v1.0.0',
    ],
    [
      'and brings it back once more, and holds nothing',
      record(
        ...chain.slice(0, 2),
        'undo v1.0.0 undone undoes 2 from healthy',
        'undo v1.1.0 undone undoes 3 from healthy',
        'undo v1.0.0 healthy undoes 4',
      ),
      '#5 → v1.1.0, nothing held',
      {},
      [hold('v1.1.0')],
    ],
    [
      'does not bring back what failed',
      record('v0.9.0 healthy', 'v1.0.0 healthy', 'v1.1.0 undone from failed', 'undo v1.0.0 failed undoes 3'),
      '#4 → v0.9.0',
    ],
    [
      'brings back what failed where it is named',
      record('v1.0.0 healthy', 'v1.1.0 undone from failed', 'undo v1.0.0 healthy undoes 2'),
      '#3 → v1.1.0, nothing held',
      { to: 'v1.1.0' },
    ],
  ])('%s', (_name, known, expected, request, holds) => {
    expect(plan(known, request, holds)).toBe(expected);
  });

  it('by another person has to name the tag for ten minutes', () => {
    const known = record(...chain);
    const soon = start + 12 * 60_000;

    expect(() => plan(known, { by: actor('slack:bob') }, [], soon)).toThrow(
      'okeydokey production was put back to v1.0.0 10 min ago; to bring v1.1.0 back, write /undo okeydokey production to v1.1.0',
    );
    expect(plan(known, { by: actor('slack:bob'), to: 'v1.1.0' }, [], soon)).toBe('#3 → v1.1.0, nothing held');
    expect(plan(known, { by: actor('slack:bob'), expect: '0003' }, [], soon)).toBe(
      '#3 → v1.1.0, nothing held',
    );
    expect(plan(known, { by: actor('slack:bob') }, [], soon + 1)).toBe('#3 → v1.1.0, nothing held');
  });
});

it.each<[string, readonly Release[], Partial<UndoRequest>, string, string]>([
  [
    'nothing was ever released',
    record(),
    {},
    'nothing-to-undo',
    'nothing was released to okeydokey production yet',
  ],
  [
    'all that came before failed',
    record('v1.0.0 failed', 'v1.1.0 healthy'),
    {},
    'nothing-to-undo',
    'no healthy release of okeydokey production comes before v1.1.0',
  ],
  [
    'it is the first',
    record('v1.0.0 healthy'),
    {},
    'nothing-to-undo',
    'no healthy release of okeydokey production comes before v1.0.0',
  ],
  [
    'it is what stands there',
    record('v1.0.0 healthy'),
    { to: 'v1.0.0' },
    'command-invalid',
    'v1.0.0 is what production has now',
  ],
  [
    'the number is what stands there',
    record('v1.0.0 healthy', 'v1.0.0 healthy'),
    { number: 1 },
    'command-invalid',
    'v1.0.0 is what production has now',
  ],
  [
    'there is no such number',
    record('v1.0.0 healthy'),
    { number: 7 },
    'command-invalid',
    'okeydokey production has no release #7 within reach; see /tagboat history okeydokey production',
  ],
  [
    'another release stands by now',
    record('v1.0.0 healthy', 'v1.1.0 healthy'),
    { expect: '0001' },
    'release-moved-on',
    'v1.0.0 does not stand in okeydokey production any more; v1.1.0 does',
  ],
  [
    'what was meant is unknown',
    record(),
    { expect: '0001' },
    'release-moved-on',
    'that release does not stand in okeydokey production any more',
  ],
])('says so where %s', (_name, known, request, code, words) => {
  expect(() => plan(known, request)).toThrow(expect.objectContaining({ code, message: words }));
});

it('goes back to the very image that the named tag was, where it is known', () => {
  const known = record('v1.0.0 healthy', 'v1.1.0 healthy').map((one) => ({ ...one, digest: digest('a') }));
  const request = {
    app: 'a',
    environment: 'e',
    by: actor('b'),
    reason: given(''),
    source: 's',
    delivery: 'd',
    to: 'v1.0.0',
  };

  expect(planUndo(request, { known, holds: [], now }).restores.digest).toBe(digest('a'));
});
