import { describe, expect, it } from 'vitest';
import { createLogScanner } from './scanned-log.ts';

const scan = (fields: Readonly<Record<string, unknown>>, ...secrets: readonly string[]) => {
  const scanner = createLogScanner();
  scanner.expectNone(...secrets);
  scanner.scan({ message: 'request', ...fields });
  return scanner.take();
};

describe('a line of the log that has a secret is found', () => {
  it.each([
    ['in a field', { path: '/hooks/path-key-1' }],
    ['in a field of a field', { request: { headers: [{ value: 'path-key-1' }] } }],
    ['in an error', { error: new Error('refused path-key-1') }],
    ['in the cause of an error', { error: new Error('refused', { cause: new Error('path-key-1') }) }],
    ['in base64', { header: Buffer.from('path-key-1').toString('base64') }],
  ])('%s', (_name, fields) => {
    expect(scan(fields, 'path-key-1')).toHaveLength(1);
  });

  it('within a URL', () => {
    expect(scan({ url: 'https://example.com/?q=a%20secret' }, 'a secret')).toHaveLength(1);
  });
});

it('a line without one is not', () => {
  expect(
    scan({ tag: 'v1.0.0\u001b[31m', user: 'a\u202eb', route: 'POST /webhooks/{source}/{key}' }, 'path-key-1'),
  ).toEqual([]);
});
