import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import type { RawRequest } from '../../lib/http.ts';
import { sources } from '../../lib/sources/catalog.ts';
import { arrived, arrivedSample, senders, verifyAs } from './senders.ts';

const codeOf = async (action: () => unknown): Promise<string> => {
  try {
    await action();
    return 'accepted';
  } catch (error) {
    return error instanceof TagboatError ? error.code : `not a TagboatError: ${String(error)}`;
  }
};

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

test('every source runs through this suite', () => {
  expect(senders.map(({ name }) => name).sort()).toEqual(Object.keys(sources).sort());
});

describe.each(senders)('$name: verify', (sender) => {
  const { source, sample } = sender;
  const body = bytes(sender.payload);
  const genuine = sender.headers(body);
  /** @param pathKey null: the path has none */
  const check = (
    request = arrived(body, genuine),
    secrets = sender.secrets,
    pathKey: string | null | undefined = sender.pathKey,
  ) => codeOf(() => verifyAs(source, { request, secrets, pathKey: pathKey ?? undefined }, sample.config));

  test('goes by the name it is registered under, and needs what it is given', () => {
    expect(source.name).toBe(sender.name);
    expect(source.needs).toEqual(Object.keys(sender.secrets));
  });

  test('accepts a genuine request', async () => {
    expect(await check()).toBe('accepted');
  });

  test('accepts it whatever the casing of the header names', async () => {
    const odd = Object.fromEntries(
      Object.entries(genuine).map(([name, value]) => [
        [...name].map((letter, index) => (index % 2 === 0 ? letter.toUpperCase() : letter)).join(''),
        value,
      ]),
    );
    expect(await check(arrived(body, odd))).toBe('accepted');
  });

  test('accepts it base64-encoded and as text', async () => {
    expect(await check(arrived(body.toString(), genuine))).toBe('accepted');
  });

  test.each(['absent', 'empty'])('refuses a request whose proof is %s', async (how) => {
    const headers = Object.fromEntries(
      Object.entries(genuine).flatMap(([name, value]) =>
        !sender.proofHeaders.includes(name) ? [[name, value]] : how === 'empty' ? [[name, '']] : [],
      ),
    );
    const pathKey = how === 'empty' ? '' : null;
    expect(await check(arrived(body, headers), sender.secrets, pathKey)).toBe('signature-missing');
  });

  test('refuses a proof made with another secret', async () => {
    const request = arrived(body, sender.forgedHeaders(body));
    expect(await check(request, sender.secrets, sender.forgedPathKey)).toBe('signature-wrong');
  });

  test.each(['longer', 'shorter'])('refuses a proof that is one character %s', async (how) => {
    const alter = (text: string) => (how === 'longer' ? `${text}0` : text.slice(0, -1));
    const headers = Object.fromEntries(
      Object.entries(genuine).map(([name, value]) => [
        name,
        sender.proofHeaders.includes(name) ? alter(value) : value,
      ]),
    );
    const pathKey = sender.pathKey === undefined ? undefined : alter(sender.pathKey);
    expect(await check(arrived(body, headers), sender.secrets, pathKey)).toBe('signature-wrong');
  });

  // What its issuer signs for it needs no secret
  test.skipIf(source.needs.length === 0).each([{}, { secret: '', key: '' }])(
    'refuses everything while no secret is configured: %j',
    async (secrets) => {
      expect(await check(arrived(body, genuine), secrets)).toBe('signature-wrong');
      expect(await check(arrived(body, genuine), secrets, 'undefined')).toBe('signature-wrong');
    },
  );
});

describe.each(senders.filter(({ signsBody }) => signsBody))('$name: a signed body', (sender) => {
  const { source, sample, secrets, pathKey } = sender;
  const body = bytes(sender.payload);
  const genuine = sender.headers(body);
  const check = (request: RawRequest) =>
    codeOf(() => verifyAs(source, { request, secrets, pathKey }, sample.config));

  test('refuses a body of which any one byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: body.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (index, flip) => {
          const changed = Buffer.from(body);
          changed[index] = (changed[index] ?? 0) ^ flip;
          expect(await check(arrived(changed, genuine))).toBe('signature-wrong');
        },
      ),
    );
  });

  test('looks at the body before anything parses it', async () => {
    const notJson = bytes('{"a":');
    expect(await check(arrived(notJson, genuine))).toBe('signature-wrong');
    expect(await check(arrived(notJson, sender.headers(notJson)))).toBe('accepted');
  });
});

/** Has a length that cannot be compared. */
const lengthless = { length: { toString: null, valueOf: null } };
const hollow = { events: lengthless, ref: lengthless, push_data: lengthless, repository: lengthless };

describe.each(senders)('$name: parse', (sender) => {
  const { source, sample } = sender;
  const parse = (body: unknown) => {
    const raw = body instanceof Uint8Array ? body : bytes(body);
    return source.parse(arrived(raw, sender.headers(raw)), sample.config);
  };

  const expectRefused = async (body: unknown, code: string): Promise<void> => {
    if (sender.refuses) expect(await codeOf(() => parse(body))).toBe(code);
    else expect(parse(body)).toEqual({ events: [], ignored: [expect.anything()] });
  };

  test('one sample is the default one, and every sample says where it is from', () => {
    expect(sender.samples.filter(({ isDefault }) => isDefault)).toEqual([sample]);
    for (const { origin } of sender.samples) expect(origin.length).toBeGreaterThan(20);
  });

  test.each(sender.samples)('what the sample $name says', async (one) => {
    const request = arrivedSample(sender, one);
    const { secrets, pathKey } = sender;
    expect(await codeOf(() => verifyAs(source, { request, secrets, pathKey }, one.config))).toBe('accepted');
    const { events, ignored } = source.parse(request, one.config);
    const bare = events.map(({ source: _source, ...event }) => JSON.parse(JSON.stringify(event)));
    expect(bare).toEqual(one.events);
    expect(ignored.map(({ reason }) => reason)).toEqual(one.ignored);
  });

  test('makes one event of the payload, under its own name', () => {
    const { events } = parse(sender.payload);
    expect(events).toHaveLength(1);
    expect(events[0]?.source).toBe(sender.name);
    expect(events[0]?.delivery).not.toBe('');
  });

  test('says the same every time', () => {
    expect(parse(sender.payload)).toEqual(parse(sender.payload));
  });

  test.each([
    ['empty', ''],
    ['cut off', '{"a":'],
    ['HTML', '<!doctype html>'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('refuses what is not JSON: %s', async (_name, body) => {
    await expectRefused(body, 'payload-not-json');
  });

  test.each([
    ['null', null],
    ['a number', 1],
    ['a list', []],
    ['an empty object', {}],
    ['lists and texts whose length is no number', hollow],
    ['a list deeper than any stack', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('refuses JSON of another shape: %s', async (_name, body) => {
    await expectRefused(body, 'payload-invalid');
  });

  test('repeats nothing of a payload that it refuses', async () => {
    const body = { ref: 'hunter2hunter2', push_data: 'hunter2hunter2', events: 'hunter2hunter2' };
    const answer = await Promise.resolve()
      .then(() => JSON.stringify(parse(body)))
      .catch((caught: unknown) => caught);
    if (sender.refuses) expect(answer).toBeInstanceOf(TagboatError);
    expect(String(answer)).not.toContain('hunter2');
  });

  test('tolerates additions, and drops them', () => {
    expect(parse({ ...sender.payload, added: { later: [1, 2, 3] } })).toEqual(parse(sender.payload));
  });

  test('keys like __proto__ and constructor change nothing', () => {
    const json = JSON.stringify(sender.payload);
    const evil = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${json.slice(1)}`;
    expect(parse(evil)).toEqual(parse(sender.payload));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('what stands in the prototype of the payload does not count', async () => {
    await expectRefused(`{"__proto__":${JSON.stringify(sender.payload)}}`, 'payload-invalid');
  });

  test('whatever JSON arrives: events, a reason, or a refusal', async () => {
    const valueOrPart = fc.oneof(
      fc.jsonValue(),
      fc.record(Object.fromEntries(Object.keys(sender.payload).map((key) => [key, fc.jsonValue()]))),
    );
    await fc.assert(
      fc.asyncProperty(valueOrPart, async (value) => {
        expect(['accepted', 'payload-invalid']).toContain(
          await codeOf(() => parse(bytes(JSON.stringify(value)))),
        );
      }),
    );
  });

  test('a payload of the greatest size is refused, too', async () => {
    const many = JSON.stringify(Array.from({ length: 130_000 }, (_, index) => index));
    await expectRefused(`{"events":${many},"push_data":${many.slice(0, 10)}]}`, 'payload-invalid');
  });
});
