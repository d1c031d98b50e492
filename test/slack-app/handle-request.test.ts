import { beforeEach, describe, expect, it } from 'vitest';
import type { SignedRequest } from '../../lib/release/record/request-store.ts';
import {
  createWorld,
  type Landing,
  type Pace,
  type Paces,
  pressed,
  sign,
  signingSecret,
  typed,
  type World,
} from './support/harness.ts';

const undoing = 'Undoing okeydokey in production, from v1.1.0 back to v1.0.0';
const undone = { undos: ['v1.0.0 for slack:U024BE7LH'], held: ['v1.1.0'] };
const untouched = { undos: [], held: [] };
const received = 'Received: /undo okeydokey; the answer follows.';
const unread = 'Received: your command; the answer follows.';
const lost =
  'This could not be recorded in time, and may or may not be carried out. Look at /tagboat status before you try again.';

/** Far longer than any part is slow, and than anything is put off. */
const tenMinutes = 600_000;
const allFast: Paces = { kms: 'fast', table: 'fast', queue: 'fast' };
const landings: readonly Landing[] = ['late', 'at once', 'never'];

/** What is answered to `/undo okeydokey`, and after how many milliseconds; fast is 10 ms a call, slow 10 s. */
const situations: readonly (readonly [kms: Pace, table: Pace, queue: Pace, answer: string, ms: number])[] = [
  ['fast', 'fast', 'fast', undoing, 120],
  ['fast', 'fast', 'slow', received, 2500],
  ['fast', 'fast', 'failing', undoing, 120],
  ['fast', 'slow', 'fast', received, 2500],
  ['fast', 'slow', 'slow', lost, 2500],
  ['fast', 'slow', 'failing', lost, 2500],
  ['fast', 'failing', 'fast', received, 30],
  ['fast', 'failing', 'slow', lost, 2500],
  ['fast', 'failing', 'failing', lost, 30],
  ['slow', 'fast', 'fast', unread, 2500],
  ['slow', 'fast', 'slow', unread, 2500],
  ['slow', 'fast', 'failing', unread, 2500],
  ['slow', 'slow', 'fast', unread, 2500],
  ['slow', 'slow', 'slow', lost, 2500],
  ['slow', 'slow', 'failing', lost, 2500],
  ['slow', 'failing', 'fast', unread, 2500],
  ['slow', 'failing', 'slow', lost, 2500],
  ['slow', 'failing', 'failing', lost, 2500],
  ['failing', 'fast', 'fast', unread, 30],
  ['failing', 'fast', 'slow', unread, 2500],
  ['failing', 'fast', 'failing', unread, 30],
  ['failing', 'slow', 'fast', unread, 620],
  ['failing', 'slow', 'slow', lost, 2500],
  ['failing', 'slow', 'failing', lost, 2500],
  ['failing', 'failing', 'fast', unread, 30],
  ['failing', 'failing', 'slow', lost, 2500],
  ['failing', 'failing', 'failing', lost, 30],
];

describe.each(situations)('with KMS %s, the table %s, the queue %s', (kms, table, queue, answer, ms) => {
  it.each(landings)(
    'a command is answered in time and carried out once (slow calls land %s)',
    async (landing) => {
      const world = await createWorld();
      world.pace({ kms, table, queue }, landing);

      const answered = await world.arrive(world.request(typed('/undo okeydokey')));
      world.pace(allFast);
      await world.letPass(tenMinutes);

      expect(answered).toEqual({ answer, ms });
      expect(ms).toBeLessThan(2_600);
      const end = await world.end();
      // Whoever is told that it may or may not be carried out is told the truth: it is, or it is not, and never twice.
      if (answer !== lost) expect(end).toEqual(undone);
      else expect([undone, untouched]).toContainEqual(end);
      // Said once, here or there.
      const said = world.responses.map(({ text }) => text);
      expect(said).toEqual(answer === undoing || end.undos.length === 0 ? [] : [undoing]);
    },
  );

  it.each(landings)(
    'a button is answered in time and carried out once (slow calls land %s)',
    async (landing) => {
      const world = await createWorld();
      world.pace({ kms, table, queue }, landing);
      const action = {
        type: 'run',
        command: { type: 'undo', app: 'okeydokey', environment: 'production' },
      } as const;

      const answered = await world.arrive(world.request(pressed(action)));
      world.pace(allFast);
      await world.letPass(tenMinutes);

      expect(answered).toEqual({ answer: answer === lost ? 'store-unreachable' : undefined, ms });
      const end = await world.end();
      if (answer !== lost) expect(end).toEqual(undone);
      else expect([undone, untouched]).toContainEqual(end);
      const said = world.responses.map(({ text }) => text);
      expect(said).toEqual(end.undos.length === 0 ? [] : [undoing]);
    },
  );
});

describe('a request', () => {
  let world: World;
  let request: SignedRequest;
  beforeEach(async () => {
    world = await createWorld();
    request = world.request(typed('/undo okeydokey'));
  });

  const forgeries: readonly (readonly [string, Partial<SignedRequest>, string])[] = [
    ['that is forged', { signature: `v0=${'0'.repeat(64)}` }, 'signature-wrong'],
    ['with another body under its signature', { body: typed('/undo other') }, 'signature-wrong'],
    ['without a signature', { signature: '' }, 'signature-missing'],
    ['without a timestamp', { timestamp: '' }, 'signature-missing'],
    ['with a signature of another form', { signature: 'v0=abc' }, 'signature-wrong'],
    ['with a timestamp that is no number', { timestamp: '1e9' }, 'signature-wrong'],
  ];
  describe.each(forgeries)('%s', (_name, change, code) => {
    it.each<[Pace, Pace]>([
      ['fast', 'fast'],
      ['slow', 'fast'],
      ['slow', 'slow'],
      ['failing', 'fast'],
      ['failing', 'failing'],
    ])('comes to nothing, with KMS %s and the table %s', async (kms, table) => {
      world.pace({ kms, table });

      const { answer, ms } = await world.arrive({ ...request, ...change });
      world.pace(allFast);
      await world.letPass(tenMinutes);

      // Where KMS is slow, nobody can tell a well-made forgery yet: it is put on record, and that is all.
      expect([code, unread]).toContain(answer);
      if (kms === 'fast') expect(answer).toBe(code);
      expect(ms).toBeLessThan(2_600);
      expect(await world.end()).toEqual(untouched);
      expect(world.responses).toEqual([]);
      expect(world.messages).toEqual([]);
    });
  });

  it('that is forged does not take the place of the genuine one with that signature', async () => {
    world.pace({ kms: 'slow' });
    await world.arrive({ ...request, body: typed('/undo other') });
    world.pace(allFast);

    expect((await world.arrive(request)).answer).toBe(undoing);
  });

  it.each([
    ['five minutes and a second old', -301],
    ['five minutes and a second ahead', 301],
  ])('%s is refused, also where KMS is slow', async (_name, seconds) => {
    const at = Math.floor(world.clock.now() / 1000) + seconds;
    const expired = { ...request, timestamp: String(at), signature: sign(request.body, at) };

    const answers = [];
    for (const kms of ['fast', 'slow', 'failing'] as const) {
      world.pace({ kms });
      answers.push((await world.arrive(expired)).answer);
    }

    expect(answers).toEqual(['signature-expired', 'signature-expired', 'signature-expired']);
    expect(world.messages).toEqual([]);
  });

  it('is refused where KMS refuses for good, and not put on record', async () => {
    const { TagboatError } = await import('../../lib/errors.ts');
    const denied = async () => {
      throw new TagboatError('kms-denied', 'no');
    };

    const { answer } = await world.arrive(request, 2_500, { ...world.desk, signingSecret: denied });
    await world.letPass(tenMinutes);

    expect([answer, await world.end()]).toEqual(['kms-denied', untouched]);
  });

  it.each([
    ['a command', () => typed('/undo okeydokey'), undoing],
    ['a question', () => typed('/tagboat holds'), 'Nothing is held.'],
    ['a call for help', () => typed('/tagboat help'), expect.stringContaining('/tagboat')],
    ['a mistake', () => typed('/undo okeydoky'), expect.stringContaining('did you mean okeydokey')],
    ['a Cancel', () => pressed({ type: 'cancel' }, true), undefined],
  ])('that is %s is refused when it comes again', async (_name, body, answer) => {
    const signed = world.request(body());
    const first = await world.arrive(signed);
    await world.letPass(60_000);
    const said = [...world.responses];

    const again = await world.arrive({ ...signed, receivedAt: world.clock.now() });
    await world.letPass(tenMinutes);

    expect([first.answer, again.answer]).toEqual([answer, 'request-replayed']);
    expect(world.responses).toEqual(said);
  });

  it.each<[string, Partial<Paces>, Landing]>([
    ['landed late', { table: 'slow' }, 'late'],
    ['landed, and was not answered', { table: 'slow' }, 'at once'],
    ['was lost', { table: 'slow' }, 'never'],
    ['failed', { table: 'failing' }, 'never'],
  ])('is carried out once where the first write %s, and it comes again', async (_name, paces, landing) => {
    world.pace(paces, landing);
    await world.arrive(request);
    world.pace(allFast);

    const again = await world.arrive({ ...request, receivedAt: world.clock.now() });
    await world.letPass(tenMinutes);
    const third = await world.arrive({ ...request, receivedAt: world.clock.now() });

    // New to the table or not: it is the same command, and there is one undo.
    expect([undoing, 'request-replayed']).toContain(again.answer);
    expect(third.answer).toBe('signature-expired');
    expect(await world.end()).toEqual(undone);
  });

  it('that comes again through a table that does not answer is carried out once', async () => {
    await world.arrive(request);
    world.pace({ table: 'slow' }, 'at once');

    const again = await world.arrive({ ...request, receivedAt: world.clock.now() });
    world.pace(allFast);
    await world.letPass(tenMinutes);

    expect(again).toEqual({ answer: received, ms: 2500 });
    expect(await world.end()).toEqual(undone);
    expect(world.responses).toEqual([]);
  });

  it('that comes twice at once is carried out once', async () => {
    const [first, second] = await world.clock.run(Promise.all([world.start(request), world.start(request)]));
    await world.letPass(tenMinutes);

    expect([first.answer, second.answer].toSorted()).toEqual([undoing, 'request-replayed']);
    expect(await world.end()).toEqual(undone);
  });

  it('that Slack may not wait for any more is put on record, and answered by the worker at once', async () => {
    const { answer, ms } = await world.arrive(request, -500);
    await world.letPass(2_000);

    expect([answer, ms < 100, world.delays]).toEqual([received, true, [0]]);
    expect(world.responses.map(({ text }) => text)).toEqual([undoing]);
    expect(await world.end()).toEqual(undone);
  });

  it('for a cluster is left to the worker, and not put off', async () => {
    const { answer } = await world.arrive(world.request(typed('/tagboat pause okeydokey')));

    expect([answer, world.delays]).toEqual(['Received: /tagboat pause okeydokey; the answer follows.', [0]]);
  });

  it.each<[string, Partial<Paces>]>([
    ['the table is slow', { table: 'slow' }],
    ['the table and the queue fail', { table: 'failing', queue: 'failing' }],
  ])('that asks for help gets it where %s', async (_name, paces) => {
    world.pace(paces);

    const { answer, ms } = await world.arrive(world.request(typed('/tagboat help')));

    expect([answer, ms <= 610]).toEqual([expect.stringContaining('/tagboat'), true]);
  });

  it('is answered once more, and carried out once, where nobody could note that it is done', async () => {
    const finish = async () => {
      throw new Error('the table did not answer');
    };

    const here = { ...world.desk, inbox: { ...world.desk.inbox, finish } };
    expect((await world.arrive(request, 2_500, here)).answer).toBe(undoing);
    await world.letPass(tenMinutes);

    expect(await world.end()).toEqual(undone);
    expect(world.responses.map(({ text }) => text)).toEqual([undoing]);
  });

  it('does nothing more once it is answered, should its sandbox be woken again', async () => {
    const hold = () => world.request(typed('/tagboat hold okeydokey v1.1.0 because of orders'));
    await world.arrive(hold());
    await world.letPass(1_000);
    // The holds are read, and the rest would follow long after the answer.
    const holds: typeof world.store.holds = async (...place) => {
      const found = await world.store.holds(...place);
      await world.clock.sleep(20_000);
      return found;
    };

    const unhold = world.request(typed('/tagboat unhold okeydokey v1.1.0'));
    const { answer } = await world.arrive(unhold, 2_500, { ...world.desk, store: { ...world.store, holds } });
    await world.letPass(10_000);
    const between = (await world.end()).held;
    await world.arrive(hold());
    await world.letPass(tenMinutes);

    expect(answer).toBe('Received: /tagboat unhold okeydokey v1.1.0; the answer follows.');
    expect([between, (await world.end()).held]).toEqual([[], ['v1.1.0']]);
  });

  it('that turns out to be forged is not sent to the queue after that', async () => {
    world.pace({ table: 'slow' }, 'never');
    const desk = {
      ...world.desk,
      signingSecret: async () => {
        await world.clock.sleep(700);
        return signingSecret;
      },
    };

    const answered = await world.arrive({ ...request, signature: `v0=${'0'.repeat(64)}` }, 2_500, desk);
    world.pace(allFast);
    await world.letPass(tenMinutes);

    expect([answered, world.delays]).toEqual([{ answer: 'signature-wrong', ms: 700 }, []]);
  });

  it('has another way also where the time is short', async () => {
    world.pace({ kms: 'slow', table: 'slow' });

    expect(await world.arrive(request, 100)).toEqual({ answer: unread, ms: 800 });
    expect(world.delays).toEqual([0]);
  });

  it('for a cluster is refused when it comes again', async () => {
    const pause = world.request(typed('/tagboat pause okeydokey'));
    await world.arrive(pause);

    expect((await world.arrive(pause)).answer).toBe('request-replayed');
  });
});

describe('a button', () => {
  const press = pressed({
    type: 'run',
    command: { type: 'undo', app: 'okeydokey', environment: 'production' },
  });

  it('whose answer Slack does not take in time is answered by the worker', async () => {
    const world = await createWorld();
    const respond = () => new Promise<void>(() => undefined);

    const { answer, ms } = await world.arrive(world.request(press), 2_500, { ...world.desk, respond });
    await world.letPass(tenMinutes);

    expect([answer, ms]).toEqual([undefined, 2500]);
    expect(world.responses.map(({ text }) => text)).toEqual([undoing]);
    expect(await world.end()).toEqual(undone);
  });

  it('under a question makes the question go', async () => {
    const world = await createWorld();

    await world.arrive(world.request(pressed({ type: 'cancel' }, true)));

    expect(world.responses).toMatchObject([{ replace_original: true }]);
  });
});
