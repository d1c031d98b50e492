import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findImage, inspect, rewrite } from '../../lib/manifests/rewrite.ts';
import {
  digest,
  file,
  image,
  namedFile,
  namingFields,
  spellings,
  strangers,
  tag,
  version,
  write,
} from './made-up.ts';

const path = 'some/file.yml';

/** @param share of the thousands of cases that are tried out where there is time */
export const describeProperties = (share: number): void => {
  describe.each([
    ['tags', false],
    ['pinned digests', true],
  ])('with %s', (_name, pinned) => {
    const given = fc.record({ text: file, from: version(pinned), to: version(pinned) });

    test('only the tags change, and they all do', () => {
      fc.assert(
        fc.property(given, ({ text, from, to }) => {
          const target = { image, ...to };
          const result = rewrite({ path, text: write(text, from) }, target);
          expect(result.text).toBe(write(text, to));
          for (const use of findImage({ path, text: result.text }, image))
            expect({ tag: use.tag, digest: use.digest }).toEqual({ tag: to.tag, digest: to.digest });
          expect(rewrite({ path, text: result.text }, target)).toEqual({ text: result.text, changes: [] });
          expect(rewrite({ path, text: result.text }, { image, ...from }).text).toBe(write(text, from));
        }),
        { numRuns: Math.ceil(2_000 * share) },
      );
    });

    test('what fields name is all that changes where no format reads anything', () => {
      const named = fc.record({ text: namedFile, from: version(pinned), to: version(pinned) });
      fc.assert(
        fc.property(named, ({ text, from, to }) => {
          const wanted = { image, fields: namingFields };
          const result = rewrite({ path, text: write(text, from) }, { ...wanted, ...to });
          expect(result.text).toBe(write(text, to));
          const found = inspect({ path, text: result.text }, wanted);
          expect(new Set(found.fields)).toEqual(new Set(namingFields));
          for (const use of found.uses) expect([use.tag, use.digest]).toEqual([to.tag, to.digest]);
          expect(rewrite({ path, text: write(text, from) }, { image, ...to }).changes).toEqual([]);
        }),
        { numRuns: Math.ceil(1_000 * share) },
      );
    });

    test('changes point at what they changed', () => {
      fc.assert(
        fc.property(given, ({ text, from, to }) => {
          const before = write(text, from);
          const lines = before.replace('\ufeff', '').split('\n');
          for (const change of rewrite({ path, text: before }, { image, ...to }).changes) {
            const rest = lines[change.line - 1]?.slice(change.column - 1) ?? '';
            expect(rest.replace(/^["']/, '').startsWith(change.from)).toBe(true);
          }
        }),
        { numRuns: Math.ceil(2_000 * share) },
      );
    });
  });

  test('any tag at all, pinned or not, reads back from any file', () => {
    const anyTag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
    const anyVersion = fc.record({ tag: anyTag, digest: fc.option(digest, { nil: undefined }) });
    fc.assert(
      fc.property(file, version(false), anyVersion, (text, from, to) => {
        const before = write(text, from);
        const result = rewrite({ path, text: before }, { image, ...to });
        const uses = findImage({ path, text: result.text }, image);
        expect(uses.length).toBe(findImage({ path, text: before }, image).length);
        for (const use of uses) expect([use.tag, use.digest]).toEqual([to.tag, to.digest]);
        expect(rewrite({ path, text: result.text }, { image, ...to }).changes).toEqual([]);
      }),
      { numRuns: Math.ceil(1_000 * share) },
    );
  });

  test('JSON, however it is laid out', () => {
    const layout = fc.constantFrom<string | number | undefined>(undefined, 2, '\t', 10);
    const containers = fc.array(fc.constantFrom(...spellings.map((name) => `${name}:@TAG@`), ...strangers), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(layout, containers, tag, tag, fc.string(), (space, images, from, to, note) => {
        const spec = {
          containers: images.map((reference, index) => ({ name: `c${index}`, image: reference, note })),
        };
        const items = [{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec } } }];
        const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, space);
        fc.pre(!note.includes('@TAG@'));
        const result = rewrite({ path: 'x.json', text: write(text, { tag: from }) }, { image, tag: to });
        expect(result.text).toBe(write(text, { tag: to }));
      }),
      { numRuns: Math.ceil(2_000 * share) },
    );
  });

  test('whatever the text is, it is rewritten, left alone or refused, and nothing else', () => {
    const scrap = fc.constantFrom(
      ...[
        'image: ',
        'org/app:v1',
        'containers:',
        '- ',
        '\n',
        '  ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&a ',
        '*a',
        '<<: ',
      ],
      ...[
        '|',
        '>',
        '#',
        ' # tagboat: app:tag',
        '{{ x }}',
        '{% if %}',
        '---\n',
        '...\n',
        ': ',
        ',',
        '? ',
        '!!str ',
      ],
      ...[
        '\t',
        '\r',
        '\ufeff',
        'spec:\n',
        'kind: Pod\n',
        'apiVersion: v1\n',
        'tag: v1',
        'repository: org/app\n',
      ],
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 30 }), (scraps) => {
        const text = scraps.join('');
        try {
          const result = rewrite({ path, text }, { image, tag: 'v2', app: 'app' });
          expect(result.changes.length === 0).toBe(result.text === text);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^manifest-(?:refused|unparsable)$/) });
        }
      }),
      { numRuns: Math.ceil(3_000 * share) },
    );
  });
};
