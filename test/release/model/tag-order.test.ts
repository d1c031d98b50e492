import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TagOrder } from '../../../lib/config/types.ts';
import { looksLower } from '../../../lib/release/model/looks-lower.ts';
import { orders } from '../../../lib/release/model/tag-order.ts';
import { admits } from '../../../lib/release/model/tag-policy.ts';
import { stepBack } from '../../../lib/release/model/tag-scheme.ts';

const number = fc.oneof(fc.nat({ max: 12 }), fc.constantFrom(9, 10, 2026, 20261127, 1234567)).map(String);
const word = fc.constantFrom(
  'v',
  'rc',
  'release',
  'alpha',
  'f00d123',
  '0abc999',
  'g1234567',
  'RC',
  'b12',
  'rc1',
  'dev',
);
const separator = fc.constantFrom('.', '-', '_');
/** Tags that are alike, so that there is something to compare. */
const tag = fc
  .tuple(
    fc.oneof(word, number),
    fc.array(fc.tuple(separator, fc.oneof(number, number, word)), { maxLength: 4 }),
  )
  .map(([first, rest]) => first + rest.map(([between, one]) => between + one).join(''));
const version = fc.oneof(
  tag,
  fc.tuple(number, number, number).map((parts) => parts.join('.')),
  fc.tuple(number, number, number, word).map(([a, b, c, rest]) => `${a}.${b}.${c}-${rest}`),
);

/** So many that there are some among them that have something to do with each other. */
const some = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 12, maxLength: 20 });
const runs = { numRuns: 50 };
const sign = (compared: number | undefined): number | undefined => compared && Math.sign(compared);

const named = Object.keys(orders) as readonly TagOrder[];

describe('every order', () => {
  const isLower = (order: TagOrder, a: string, b: string): boolean => (orders[order](a, b) ?? 0) < 0;

  it.each(named)('%s makes nothing older than itself, and no two older than each other', (order) => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isLower(order, a, a)).toBe(false);
        expect(isLower(order, a, b) && isLower(order, b, a)).toBe(false);
        const [there, back] = [orders[order](a, b), orders[order](b, a)];
        expect(Math.sign(there ?? 0) + Math.sign(back ?? 0)).toBe(0);
        expect(there === undefined).toBe(back === undefined);
      }),
    );
  });

  it.each(named)('%s: what is older than an older one is older', (order) => {
    fc.assert(
      fc.property(some(version), (versions) => {
        for (const a of versions)
          for (const b of versions.filter((one) => isLower(order, a, one)))
            for (const c of versions.filter((one) => isLower(order, b, one)))
              expect([a, b, c, isLower(order, a, c)]).toEqual([a, b, c, true]);
      }),
      runs,
    );
  });

  it.each(named)(
    '%s: to what it can compare, those that are neither older nor newer are the same',
    (order) => {
      fc.assert(
        fc.property(some(version), (versions) => {
          for (const a of versions)
            for (const b of versions.filter((one) => orders[order](a, one) === 0))
              for (const c of versions)
                expect([a, b, c, sign(orders[order](a, c))]).toEqual([a, b, c, sign(orders[order](b, c))]);
        }),
        { ...runs, examples: [[['2026.1', '2026.01', '2026.2', '1.0.0']]] },
      );
    },
  );
});

describe('how tags look', () => {
  it('is never lower both ways, nor lower than itself', () => {
    fc.assert(
      fc.property(tag, tag, (a, b) => {
        expect(looksLower(a, a)).toBe(false);
        expect(looksLower(a, b) && looksLower(b, a)).toBe(false);
      }),
    );
  });

  it('has no way down in two steps that is not one in one', () => {
    fc.assert(
      fc.property(some(tag), (tags) => {
        for (const a of tags)
          for (const b of tags.filter((one) => looksLower(a, one)))
            for (const c of tags.filter((one) => looksLower(b, one)))
              expect([a, b, c, looksLower(a, c)]).toEqual([a, b, c, true]);
      }),
      runs,
    );
  });
});

describe('an order that is added to a pattern', () => {
  const patterns = fc.constantFrom('.+', 'v.+', '(.+)', '[a-z]+-(\\d+)', '.*?(\\d+\\.\\d+\\.\\d+).*');

  it('admits no other tags', () => {
    fc.assert(
      fc.property(patterns, fc.constantFrom(...named), tag, (pattern, order, one) => {
        expect(admits({ pattern, order }, one)).toBe(admits({ pattern }, one));
      }),
    );
  });

  it('makes nothing unclear', () => {
    fc.assert(
      fc.property(patterns, fc.constantFrom(...named), tag, tag, (pattern, order, one, other) => {
        const before = stepBack({ policy: { pattern } }, one, other);
        expect(before).not.toBe('older');
        if (stepBack({ policy: { pattern, order } }, one, other) === 'unclear')
          expect(before).toBe('unclear');
      }),
    );
  });
});
