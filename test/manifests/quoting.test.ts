import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readsAsOtherType } from '../../lib/manifests/quoting.ts';

describe('readsAsOtherType', () => {
  test.each([
    ...[
      '1.10',
      '1',
      '007',
      '1e3',
      '1E3',
      '12e4567',
      '1.',
      '1_000',
      '0x1f',
      '0X1F',
      '0o17',
      '0b11',
      '1_0.0_1',
    ],
    ...[
      'yes',
      'No',
      'on',
      'OFF',
      'y',
      'n',
      'true',
      'False',
      'null',
      'NULL',
      '',
      '2024-01-15',
      '20240115',
      '190:20',
    ],
  ])('%j has to be quoted', (value) => {
    expect(readsAsOtherType(value)).toBe(true);
  });

  test.each([
    ...[
      'v1',
      '1.2.3',
      '1.10-alpine',
      'latest',
      'yes-1',
      'nope',
      '_',
      '__',
      'deadbeef',
      '1e3f',
      '0xg',
      '12a',
      'x1',
    ],
    ...[
      '2024-01-15-1',
      '2024.01.15',
      'org/app:1.10',
      'app:1.10',
      '1.2.3_4',
      '08-rc',
      'v1@sha256:00',
      'nullable',
    ],
  ])('%j needs no quotes', (value) => {
    expect(readsAsOtherType(value)).toBe(false);
  });

  test('what needs no quotes is text in YAML 1.1 and 1.2', () => {
    const character = fc.constantFrom(...'0123456789012345678901234567890123456789eExXoObBaf_.-nytr');
    const tag = fc
      .tuple(fc.constantFrom(...'0123456789_abxyn'), fc.array(character, { maxLength: 8 }))
      .map(([first, rest]) => first + rest.join(''));
    fc.assert(
      fc.property(tag, (text) => {
        if (readsAsOtherType(text)) return;
        expect(parse(text, { version: '1.1' })).toBe(text);
        expect(parse(text, { version: '1.2' })).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });
});
