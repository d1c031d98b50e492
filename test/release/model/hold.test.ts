import { expect, it } from 'vitest';
import { findHold, isInForce } from '../../../lib/release/model/hold.ts';
import type { Hold } from '../../../lib/view/hold.ts';
import { heldReason, reasonText } from '../../../lib/view/reason.ts';
import { actor, given } from '../../support/records.ts';
import { digest } from '../support/context.ts';

const now = Date.parse('2026-11-23T12:00:00.000Z');
const hold = (fields: Partial<Hold> = {}): Hold => ({
  app: 'okeydokey',
  environment: 'production',
  tag: 'v1.0.0',
  by: actor('slack:alice'),
  reason: given('it drops orders'),
  createdAt: '2026-11-23T11:00:00.000Z',
  ...fields,
});

it.each<[string, Partial<Hold>, { tag: string; digest?: string }, boolean]>([
  ['the tag', {}, { tag: 'v1.0.0' }, true],
  ['the tag, whatever its digest', {}, { tag: 'v1.0.0', digest: digest('a') }, true],
  ['another tag', {}, { tag: 'v1.0.1' }, false],
  ['every tag', { tag: '*' }, { tag: 'v1.0.1', digest: digest('a') }, true],
  ['the digest', { digest: digest('a') }, { tag: 'v1.0.0', digest: digest('a') }, true],
  ['another digest', { digest: digest('a') }, { tag: 'v1.0.0', digest: digest('b') }, false],
  ['a digest that nobody knows yet', { digest: digest('a') }, { tag: 'v1.0.0' }, false],
  ['until a moment to come', { until: '2026-11-23T12:00:00.001Z' }, { tag: 'v1.0.0' }, true],
  ['until now', { until: '2026-11-23T12:00:00.000Z' }, { tag: 'v1.0.0' }, false],
  [
    'every tag, until a moment that is past',
    { tag: '*', until: '2026-11-23T11:59:59Z' },
    { tag: 'v1' },
    false,
  ],
])('a hold of %s', (_name, fields, version, holds) => {
  expect(findHold([hold(fields)], version, now)).toEqual(holds ? hold(fields) : undefined);
});

it('the hold that is in force is found beside one that is over', () => {
  const holds = [hold({ tag: '*', until: '2026-11-23T11:00:00Z' }), hold()];

  expect(findHold(holds, { tag: 'v1.0.0' }, now)).toBe(holds[1]);
});

it.each<[Partial<Hold>, string]>([
  [{}, 'v1.0.0 is held by slack:alice: it drops orders'],
  [{ tag: '*' }, 'every tag is held by slack:alice: it drops orders'],
  [
    { tag: '*', until: '2026-11-24T18:00:00.000Z', reason: given('freeze') },
    'every tag is held by slack:alice until 2026-11-24T18:00:00.000Z: freeze',
  ],
])('describes %o', (fields, words) => {
  expect(reasonText(heldReason(hold(fields)))).toBe(words);
});

it('is in force for good without an end', () => {
  expect(isInForce(hold(), Number.MAX_SAFE_INTEGER)).toBe(true);
});
