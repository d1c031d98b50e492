import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createObjectCache, remoteKey } from '../../lib/git/object-cache.ts';

const blobOf = (size: number) => ({ type: 'blob' as const, data: Buffer.alloc(size) });

describe('the cache', () => {
  it('forgets what was used least recently', () => {
    const cache = createObjectCache({ maxBytes: 4000 });
    for (const oid of ['a', 'b', 'c']) cache.keep(oid, blobOf(1000));
    cache.object('a');

    cache.keep('d', blobOf(1000));

    expect(['a', 'b', 'c', 'd'].filter((oid) => cache.object(oid) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('does not let one object push out the others', () => {
    const cache = createObjectCache({ maxBytes: 4000 });
    cache.keep('small', blobOf(10));

    cache.keep('large', blobOf(3000));

    expect([cache.object('small')?.data.length, cache.object('large')]).toEqual([10, undefined]);
  });

  it('never holds more bytes than it may, nor miscounts them', () => {
    const kept = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3000 })));
    fc.assert(
      fc.property(kept, (objects) => {
        const cache = createObjectCache({ maxBytes: 10_000 });
        for (const [oid, size] of objects) {
          cache.keep(String(oid), blobOf(size));
          expect(cache.bytes()).toBeLessThanOrEqual(10_000);
        }
        const sizes = Array.from({ length: 21 }, (_, oid) => cache.object(String(oid))?.data.length);
        const expected = sizes.reduce<number>((sum, size) => sum + (size === undefined ? 0 : size + 300), 0);
        expect(cache.bytes()).toBe(expected);
      }),
    );
  });

  it('remembers the tips of 200 remotes', () => {
    const cache = createObjectCache();
    for (let remote = 0; remote < 201; remote += 1) cache.keepTip(`remote-${remote}`, 'x');

    expect([cache.tip('remote-0'), cache.tip('remote-1'), cache.tip('remote-200')]).toEqual([
      undefined,
      'x',
      'x',
    ]);
  });
});

describe('the name of a remote', () => {
  const me = { username: 'me', password: 'secret' };
  const key = remoteKey('https://host/a.git', 'refs/heads/main', me);

  it('is the same for the same', () => {
    expect(remoteKey('https://host/a.git', 'refs/heads/main', { ...me })).toBe(key);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    { name: 'URL', other: remoteKey('https://host/b.git', 'refs/heads/main', me) },
    { name: 'branch', other: remoteKey('https://host/a.git', 'refs/heads/dev', me) },
    { name: 'user', other: remoteKey('https://host/a.git', 'refs/heads/main', { ...me, username: 'you' }) },
    {
      name: 'password',
      other: remoteKey('https://host/a.git', 'refs/heads/main', { ...me, password: 'old' }),
    },
    { name: 'user, there being none', other: remoteKey('https://host/a.git', 'refs/heads/main', undefined) },
  ])('is another one for another $name', ({ other }) => {
    expect(other).not.toBe(key);
  });
});
