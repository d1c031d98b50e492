import { describe, expect, it } from 'vitest';
import { toCurl } from '../../../infra/local/play/hook.ts';
import { nextTag } from '../../../infra/local/play/target.ts';

describe('nextTag', () => {
  it.each<[readonly (string | undefined)[], readonly string[], string]>([
    [['v0.0.3'], [], 'v0.0.4'],
    [['v0.0.3', 'v0.0.10', 'v0.0.9'], [], 'v0.0.11'],
    [['v0.0.3', 'latest', undefined], [], 'v0.0.4'],
    [['1.2.3'], [], '1.2.4'],
    [['v0.0.3'], ['v9.9.9'], 'v0.0.4'],
    [['v0.0.3'], ['v0.0.4', 'v0.0.5', 'v9.9.9'], 'v0.0.6'],
    [[], [], 'v0.0.4'],
    [[], ['v0.0.4'], 'v0.0.5'],
  ])('after %j, where %j was tried, comes %s', (good, tried, expected) => {
    expect(nextTag(good, tried)).toBe(expected);
  });

  it('stays where there is no version after the first', () => {
    expect(nextTag([], ['main-1'], 'main-1')).toBe('main-1');
  });
});

describe('toCurl', () => {
  it('is quoted for a shell', () => {
    const curl = toCurl({ url: 'http://x', headers: { a: 'b' }, body: "it's $HOME" });

    expect(curl).toBe("curl -sS http://x \\\n    -H 'a: b' \\\n    --data-raw 'it'\\''s $HOME'");
  });

  it('carries a name and a password where they are asked for', () => {
    const credentials = { username: 'tagboat', password: "it's" };
    const curl = toCurl({ method: 'PUT', url: 'http://x', credentials, headers: {}, body: '' });

    expect(curl).toBe("curl -sS -X PUT -u 'tagboat:it'\\''s' http://x \\\n    --data-raw ''");
  });

  it('is quoted where the URL has signs that a shell reads', () => {
    const curl = toCurl({ method: 'PUT', url: 'http://x/?a=b', headers: {}, body: '' });

    expect(curl).toBe("curl -sS -X PUT 'http://x/?a=b' \\\n    --data-raw ''");
  });
});
