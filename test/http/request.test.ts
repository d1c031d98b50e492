import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxBodyBytes, toRawRequest } from '../../lib/http.ts';
import { httpEvent } from './event.ts';

test('takes method, path, query, headers and body out of the event', () => {
  const request = toRawRequest(
    httpEvent({
      method: 'post',
      path: '/webhooks/dockerhub/k',
      query: { limit: '10' },
      headers: { 'X-GitHub-Event': 'push', 'content-TYPE': 'application/json' },
      body: '{"a":"ä"}',
    }),
  );

  expect({ ...request, body: Buffer.from(request.body).toString() }).toEqual({
    method: 'POST',
    path: '/webhooks/dockerhub/k',
    query: { limit: '10' },
    headers: { 'x-github-event': 'push', 'content-type': 'application/json' },
    body: '{"a":"ä"}',
  });
});

test('a request without body has an empty one', () => {
  expect(toRawRequest(httpEvent()).body).toHaveLength(0);
});

test('header names from outside cannot reach the prototype', () => {
  const headers = JSON.parse('{"__proto__":"x","Constructor":"y"}');
  const request = toRawRequest(httpEvent({ headers }));
  expect(Object.getPrototypeOf(request.headers)).toBe(Object.prototype);
});

test('every byte string survives base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
      expect(Buffer.from(toRawRequest(httpEvent({ body })).body)).toEqual(Buffer.from(body));
    }),
  );
});

test.each([
  ['text', 'x'.repeat(maxBodyBytes)],
  ['base64', Buffer.alloc(maxBodyBytes)],
  ['base64, one byte less', Buffer.alloc(maxBodyBytes - 1)],
  ['base64, two bytes less', Buffer.alloc(maxBodyBytes - 2)],
])('a body of at most 1 MiB is read: %s', (_name, body) => {
  expect(toRawRequest(httpEvent({ body })).body).toHaveLength(body.length);
});

test.each([
  ['text', 'x'.repeat(maxBodyBytes + 1)],
  ['text of two-byte characters', 'ä'.repeat(maxBodyBytes / 2 + 1)],
  ['base64, one byte more', Buffer.alloc(maxBodyBytes + 1)],
  ['base64, two bytes more', Buffer.alloc(maxBodyBytes + 2)],
  ['base64, 2 MiB', Buffer.alloc(2 * maxBodyBytes)],
])('a body over 1 MiB is refused: %s', (_name, body) => {
  expect(() => toRawRequest(httpEvent({ body }))).toThrow(
    expect.objectContaining({ code: 'body-too-large', status: 413 }),
  );
});
