import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { googleKey, issuer, kinds, start, testTransport, unsealing } from './support.ts';

test('every kind runs through this suite', () => {
  const shared = ['aws', 'catalog', 'credentials', 'kept'];
  const files = readdirSync(new URL('../../../lib/registry/credentials', import.meta.url))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((file) => !shared.includes(file));
  expect(kinds.map(({ name }) => name).sort()).toEqual(files.sort());
});

describe.each(kinds)('$name', (kind) => {
  const arrange = async () => {
    const service = await issuer((count) => ({ status: 200, body: kind.reply(`p-${count}`, start) }));
    const unseal = unsealing(kind.name === 'google' ? googleKey : 'p-0');
    return { ...testTransport(), service, unseal, provider: kind.provider(service.url, unseal) };
  };

  test('gives a user and a password, and asks nobody before it is asked itself', async () => {
    const { provider, service, unseal, transport } = await arrange();
    expect(service.seen).toEqual([]);
    expect(unseal).not.toHaveBeenCalled();

    expect(await provider?.get(transport)).toMatchObject({
      username: kind.username,
      password: kind.isIssued ? 'p-1' : 'p-0',
    });
    expect(unseal.mock.calls.map(([, slot]) => slot)).toEqual(kind.opens);
  });

  test('brings no secret into what it throws', async () => {
    const service = await issuer(() => ({ status: 200, body: { hunter2: 'hunter2' } }));
    const unseal = async (): Promise<string> => {
      throw new Error('cannot be opened');
    };
    const { transport } = testTransport();
    for (const open of [unseal, unsealing('hunter2')]) {
      const outcome = await kind.provider(service.url, open)?.get(transport).catch(String);
      if (typeof outcome === 'string') expect(outcome).not.toContain('hunter2');
    }
  });
});

describe.each(kinds.filter(({ isIssued }) => isIssued))('$name, which is issued', (kind) => {
  const unseal = unsealing(googleKey);
  const arrange = async (
    reply = (count: number) => ({ status: 200, body: kind.reply(`p-${count}`, start) }),
  ) => {
    const service = await issuer(reply);
    return { ...testTransport(), service, provider: kind.provider(service.url, unseal) };
  };

  test('is kept until shortly before its end', async () => {
    const { provider, transport, advance, service } = await arrange();
    await provider?.get(transport);
    advance(kind.lastsMs - 6 * 60_000);
    expect(await provider?.get(transport)).toMatchObject({ password: 'p-1' });
    advance(2 * 60_000);
    expect(await provider?.get(transport)).toMatchObject({ password: 'p-2' });
    expect(service.seen).toHaveLength(2);
  });

  test('is asked for once by those who want it at the same time', async () => {
    const { provider, transport, service } = await arrange();
    await Promise.all([provider?.get(transport), provider?.get(transport), provider?.get(transport)]);
    expect(service.seen).toHaveLength(1);
  });

  test('is asked for again once it was refused', async () => {
    const { provider, transport } = await arrange();
    await provider?.get(transport);
    provider?.forget();
    expect(await provider?.get(transport)).toMatchObject({ password: 'p-2' });
  });

  test('is asked for again after a failure', async () => {
    const { provider, transport } = await arrange((count) =>
      count === 1 ? { status: 503, body: {} } : { status: 200, body: kind.reply('p', start) },
    );
    await expect(provider?.get(transport)).rejects.toMatchObject({ code: 'registry-unreachable' });
    expect(await provider?.get(transport)).toMatchObject({ password: 'p' });
  });

  test.each([
    ['403', { status: 403, body: {} }, 'registry-denied'],
    ['429', { status: 429, body: {} }, 'registry-unreachable'],
    ['another shape', { status: 200, body: { authorizationData: [], token: 1 } }, 'registry-protocol'],
    ['no JSON', { status: 200, body: undefined }, 'registry-protocol'],
  ])('that is not given: %s', async (_name, reply, code) => {
    const { provider, transport } = await arrange(() => reply as { status: number; body: unknown });
    await expect(provider?.get(transport)).rejects.toMatchObject({ code });
  });

  test('is not sent on to where a redirect leads', async () => {
    const elsewhere = await issuer(() => ({ status: 200, body: kind.reply('p', start) }));
    const service = await issuer(() => ({ status: 307, headers: { location: elsewhere.url } }));
    const provider = kind.provider(service.url, unseal);
    await expect(provider?.get(testTransport().transport)).rejects.toMatchObject({
      code: expect.stringMatching(/^registry-(?:denied|protocol)$/),
    });
    expect(elsewhere.seen).toEqual([]);
  });
});
