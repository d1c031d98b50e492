import { beforeEach, describe, expect, it } from 'vitest';
import { TagboatError } from '../../lib/errors.ts';
import type { RawRequest } from '../../lib/http.ts';
import { type LogFields, silentLogger } from '../../lib/logger.ts';
import {
  createSlackFixture,
  type Landing,
  type Pace,
  type Paces,
  pressed,
  type SlackFixture,
  sign,
  typed,
} from './support/harness.ts';

const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';
const undone = { undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] };
const untouched = { undos: [], held: [] };
const received = 'Received: /undo okeydokey; the answer follows.';
const tryAgain = 'This could not be taken in time, and is not carried out. Please try again.';
const unknown =
  'This could not be recorded in time, and may or may not be carried out. Look at /tagboat status before you try again.';

/** Far longer than any part is slow. */
const tenMinutes = 600_000;
const allFast: Paces = { kms: 'fast', table: 'fast', queue: 'fast' };
const landings: readonly Landing[] = ['late', 'at once', 'never'];

/** What is answered to `/undo okeydokey`, and after how many milliseconds; fast is 10 ms a call, slow 10 s. */
const situations: readonly (readonly [kms: Pace, queue: Pace, table: Pace, answer: string, ms: number])[] = [
  ['fast', 'fast', 'fast', received, 30],
  ['fast', 'fast', 'slow', received, 635],
  ['fast', 'fast', 'failing', received, 30],
  ['fast', 'slow', 'fast', tryAgain, 2135],
  ['fast', 'slow', 'slow', unknown, 2500],
  ['fast', 'slow', 'failing', unknown, 2135],
  ['fast', 'failing', 'fast', tryAgain, 40],
  ['fast', 'failing', 'slow', unknown, 2500],
  ['fast', 'failing', 'failing', unknown, 40],
  ['slow', 'fast', 'fast', tryAgain, 1500],
  ['slow', 'slow', 'slow', tryAgain, 1500],
  ['failing', 'fast', 'fast', tryAgain, 10],
  ['failing', 'failing', 'failing', tryAgain, 10],
];

describe.each(situations)('with KMS %s, the queue %s, the table %s', (kms, queue, table, answer, ms) => {
  it.each(landings)(
    'a command is answered in time and carried out once or not at all, as it is said (slow calls land %s)',
    async (landing) => {
      const fixture = await createSlackFixture();
      fixture.pace({ kms, table, queue }, landing);

      const answered = await fixture.arrive(fixture.request(typed('/undo okeydokey')));
      fixture.pace(allFast);
      await fixture.letPass(tenMinutes);

      expect(answered).toEqual({ answer, ms });
      const end = await fixture.end();
      if (answer === unknown) expect([undone, untouched]).toContainEqual(end);
      else expect(end).toEqual(answer === received ? undone : untouched);
      expect(fixture.responses.map(({ text }) => text)).toEqual(end.undos.length === 0 ? [] : [undoing]);
    },
  );

  it.each(landings)('so is a button (slow calls land %s)', async (landing) => {
    const fixture = await createSlackFixture();
    fixture.pace({ kms, table, queue }, landing);
    const action = {
      type: 'run',
      command: { type: 'undo', app: 'okeydokey', environment: 'production' },
    } as const;

    const answered = await fixture.arrive(fixture.request(pressed(action)));
    fixture.pace(allFast);
    await fixture.letPass(tenMinutes);

    // Slack marks a button whose request is answered with an error.
    const failure = kms === 'fast' ? 'queue-unreachable' : 'kms-unreachable';
    expect(answered).toEqual({ answer: answer === received ? undefined : failure, ms });
    const end = await fixture.end();
    if (answer === unknown) expect([undone, untouched]).toContainEqual(end);
    else expect(end).toEqual(answer === received ? undone : untouched);
    expect(fixture.responses.map(({ text }) => text)).toEqual(end.undos.length === 0 ? [] : [undoing]);
  });
});

describe('a request', () => {
  let fixture: SlackFixture;
  let request: RawRequest;
  beforeEach(async () => {
    fixture = await createSlackFixture();
    request = fixture.request(typed('/undo okeydokey'));
  });

  it.each<[string, Partial<RawRequest> | Readonly<Record<string, string>>, string]>([
    ['that is forged', { 'x-slack-signature': `v0=${'0'.repeat(64)}` }, 'signature-wrong'],
    ['with another body under its signature', { body: Buffer.from(typed('/undo other')) }, 'signature-wrong'],
    ['without a signature', { 'x-slack-signature': '' }, 'signature-missing'],
    ['without a timestamp', { 'x-slack-request-timestamp': '' }, 'signature-missing'],
    ['with a signature of another form', { 'x-slack-signature': 'v0=abc' }, 'signature-wrong'],
    ['with a timestamp that is no number', { 'x-slack-request-timestamp': '1e9' }, 'signature-wrong'],
  ])('%s is refused, and not put on the queue', async (_name, change, code) => {
    const forged =
      'body' in change
        ? { ...request, ...change }
        : { ...request, headers: { ...request.headers, ...change } };

    expect(await fixture.arrive(forged as RawRequest)).toEqual({ answer: code, ms: 10 });
    expect(fixture.messages).toEqual([]);
  });

  it.each([
    ['five minutes and a second old', -301],
    ['five minutes and a second ahead', 301],
  ])('%s is refused', async (_name, seconds) => {
    const at = Math.floor(fixture.clock.now() / 1000) + seconds;
    const body = typed('/undo okeydokey');
    const expired = fixture.request(body, {
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': sign(body, at),
    });

    expect((await fixture.arrive(expired)).answer).toBe('signature-expired');
    expect(fixture.messages).toEqual([]);
  });

  it.each(['withdraw', 'isKnown'] as const)(
    'is acknowledged or not as ever where the table refuses instead of being silent: %s',
    async (method) => {
      const refuse = () => Promise.reject(new TagboatError('store-refused', 'AccessDeniedException'));
      const requests = { ...fixture.context.requests, [method]: refuse };
      if (method === 'withdraw') fixture.pace({ queue: 'failing' });

      const { answer } = await fixture.arrive(request, 2_500, { requests });

      expect(answer).toBe(method === 'withdraw' ? unknown : received);
    },
  );

  it('is refused where KMS refuses for good', async () => {
    const signingSecret = () => Promise.reject(new TagboatError('kms-denied', 'no'));

    const { answer } = await fixture.arrive(request, 2_500, { signingSecret });
    await fixture.letPass(tenMinutes);

    expect([answer, await fixture.end()]).toEqual(['kms-denied', untouched]);
  });

  describe('while the signing secret is being changed', () => {
    const previous = 'the secret before';
    const signedWith = (secret: string): RawRequest => {
      const body = typed('/undo okeydokey');
      const at = Math.floor(fixture.clock.now() / 1000);
      return fixture.request(body, { 'x-slack-signature': sign(body, at, secret) });
    };

    it.each([
      ['the current one', 'the signing secret', received],
      ['the one before', previous, received],
      ['neither', 'another', 'signature-wrong'],
    ])('is taken by either of the two: %s', async (_name, secret, answer) => {
      const change = { previousSigningSecret: async () => previous };
      expect((await fixture.arrive(signedWith(secret), 2_500, change)).answer).toBe(answer);
    });

    it('is not taken by the one before once that is taken out', async () => {
      expect((await fixture.arrive(signedWith(previous))).answer).toBe('signature-wrong');
    });

    it('says so in the log where the one before was used', async () => {
      const said: unknown[] = [];
      const logger = {
        ...silentLogger,
        info: (message: string, fields?: LogFields) => said.push([message, fields]),
      };
      const change = { previousSigningSecret: async () => previous, logger };

      await fixture.arrive(signedWith('the signing secret'), 2_500, change);
      expect(said).toEqual([]);
      await fixture.arrive(signedWith(previous), 2_500, change);
      expect(said).toEqual([['request of Slack verified', { provenBy: 'previous' }]]);
    });

    it('is answered in time where the one before does not open', async () => {
      const change = { previousSigningSecret: () => new Promise<never>(() => undefined) };
      const { answer, ms } = await fixture.arrive(signedWith(previous), 2_500, change);
      expect([answer, ms]).toEqual([expect.stringContaining('try again'), 1_500]);
    });

    it('has expired also where the one before would do', async () => {
      const body = typed('/undo okeydokey');
      const at = Math.floor(fixture.clock.now() / 1000) - 301;
      const headers = { 'x-slack-request-timestamp': String(at), 'x-slack-signature': sign(body, at) };
      const change = { previousSigningSecret: async () => previous };
      expect((await fixture.arrive(fixture.request(body, headers), 2_500, change)).answer).toBe(
        'signature-expired',
      );
    });
  });

  it.each([
    ['a call for help', '/tagboat help', expect.stringContaining('/tagboat')],
    ['a mistake', '/undo okeydoky', expect.stringContaining('did you mean okeydokey')],
  ])('that is %s is answered at once, without the queue', async (_name, line, answer) => {
    fixture.pace({ queue: 'failing', table: 'failing' });

    expect(await fixture.arrive(fixture.request(typed(line)))).toEqual({ answer, ms: 10 });
    expect(fixture.messages).toEqual([]);
  });

  it.each([
    ['a command', () => typed('/undo okeydokey'), received, [undoing]],
    [
      'a question',
      () => typed('/tagboat holds'),
      'Received: /tagboat holds; the answer follows.',
      ['Nothing is held.'],
    ],
    ['a Cancel', () => pressed({ type: 'cancel' }, true), undefined, [expect.any(String)]],
  ])('that is %s is not carried out when it is replayed', async (_name, body, answer, said) => {
    const signed = fixture.request(body());
    const first = await fixture.arrive(signed);
    await fixture.letPass(60_000);
    const again = await fixture.arrive(signed);
    await fixture.letPass(tenMinutes);
    const late = await fixture.arrive(signed);

    expect([first.answer, again.answer, late.answer]).toEqual([
      answer,
      'request-replayed',
      'signature-expired',
    ]);
    expect(fixture.responses.map(({ text }) => text)).toEqual(said);
  });

  it('that is received twice at once is carried out once', async () => {
    await fixture.clock.run(Promise.all([fixture.start(request), fixture.start(request)]));
    await fixture.letPass(tenMinutes);

    expect(await fixture.end()).toEqual(undone);
    expect(fixture.responses.map(({ text }) => text)).toEqual([undoing]);
  });

  it('that the queue took without saying so, and the worker has begun with, is acknowledged', async () => {
    fixture.pace({ queue: 'slow' }, 'at once');
    const [{ answer, ms }] = await fixture.clock.run(
      Promise.all([fixture.start(request), fixture.clock.sleep(500).then(() => fixture.takeMessages())]),
    );
    await fixture.letPass(tenMinutes);

    expect([answer, ms < 2_500]).toEqual([received, true]);
    expect(await fixture.end()).toEqual(undone);
  });

  it('that Slack may not wait for any more is put on the queue all the same', async () => {
    const { answer, ms } = await fixture.arrive(request, -500);
    await fixture.letPass(2_000);

    expect([answer, ms < 100]).toEqual([received, true]);
    expect(await fixture.end()).toEqual(undone);
  });

  it('has little patience where the time is short', async () => {
    fixture.pace({ kms: 'slow' });

    expect(await fixture.arrive(request, 100)).toEqual({ answer: tryAgain, ms: 480 });
  });

  it('sends nothing more once it is answered, should its sandbox be woken again', async () => {
    let signal: AbortSignal | undefined;
    const enqueue = (_job: unknown, given: AbortSignal) => {
      signal = given;
      return new Promise<never>(() => undefined);
    };

    expect((await fixture.arrive(request, 2_500, { enqueue })).answer).toBe(tryAgain);
    expect(signal?.aborted).toBe(true);
  });
});
