import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { createKmsClient } from '../../lib/secrets/client.ts';
import { seal } from '../../lib/secrets/seal.ts';
import { formatEnvelope, parseSealed } from '../../lib/secrets/sealed.ts';
import { createSecrets, type SecretsOptions } from '../../lib/secrets/unseal.ts';
import { createTimeLeft } from '../../lib/time-left.ts';
import { clientFor } from './support/client.ts';
import { type KmsMood, type KmsServer, startKmsServer } from './support/kms-server.ts';

const slot = 'configRepos/okeydokey/password';

let server: KmsServer;
let directory: string;

beforeEach(async () => {
  server = await startKmsServer();
  directory = await mkdtemp(join(tmpdir(), 'tagboat-secrets-'));
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const sealed = (plaintext: string) =>
  seal(clientFor(server.endpoint), { keyId: 'alias/tagboat-production', slot, plaintext });

const secrets = (options: Partial<SecretsOptions> = {}) =>
  createSecrets({ kms: () => clientFor(server.endpoint), ...options });

const decrypts = () => server.operations.filter((operation) => operation === 'Decrypt').length;

const handClock = (): Clock & { time: number } => ({
  time: 0,
  now() {
    return this.time;
  },
  sleep: async () => {},
});

describe('the cache', () => {
  it('asks KMS once within its time, and again after it', async () => {
    const clock = handClock();
    const reference = await sealed('hunter2');
    const { unseal } = secrets({ clock, cacheMs: 1000 });

    await unseal(reference, slot);
    clock.time = 999;
    await unseal(reference, slot);
    expect(decrypts()).toBe(1);

    clock.time = 1000;
    expect(await unseal(reference, slot)).toBe('hunter2');
    expect(decrypts()).toBe(2);
  });

  it('shares one call between those who ask at the same time', async () => {
    const reference = await sealed('hunter2');
    const { unseal } = secrets();

    const plaintexts = await Promise.all(Array.from({ length: 20 }, () => unseal(reference, slot)));

    expect(new Set(plaintexts)).toEqual(new Set(['hunter2']));
    expect(decrypts()).toBe(1);
  });

  it('does not answer for another slot', async () => {
    const reference = await sealed('hunter2');
    const { unseal } = secrets();
    await unseal(reference, slot);

    await expect(unseal(reference, 'api/token')).rejects.toMatchObject({ code: 'secret-wrong-slot' });
  });

  it('keeps no failure', async () => {
    const reference = await sealed('hunter2');
    const { unseal } = secrets();
    server.mood = 'fail-once';

    await expect(unseal(reference, slot)).rejects.toMatchObject({ code: 'kms-unreachable' });
    expect(await unseal(reference, slot)).toBe('hunter2');
  });

  it('makes one client, and another only where the first could not be made', async () => {
    let made = 0;
    const reference = await sealed('hunter2');
    const { unseal } = secrets({
      cacheMs: 0,
      kms: () => {
        made += 1;
        if (made === 1) throw new Error('no');
        return clientFor(server.endpoint);
      },
    });

    await expect(unseal(reference, slot)).rejects.toThrow('no');
    await unseal(reference, slot);
    await unseal(reference, slot);

    expect(made).toBe(2);
    expect(decrypts()).toBe(2);
  });
});

describe('when KMS does not play along', () => {
  it.each<[KmsMood, string, string, string]>([
    ['deny', 'kms-denied', 'terminal', `KMS refuses ${slot} (AccessDeniedException)`],
    ['disabled', 'kms-denied', 'terminal', `KMS refuses ${slot} (DisabledException)`],
    ['throttle', 'kms-unreachable', 'retryable', `KMS did not answer for ${slot} (ThrottlingException)`],
    ['fail', 'kms-unreachable', 'retryable', `KMS did not answer for ${slot} (KMSInternalException)`],
    ['hang', 'kms-unreachable', 'retryable', `KMS did not answer for ${slot} (AbortError)`],
  ])('%s: %s', async (mood, code, retry, message) => {
    const reference = await sealed('hunter2');
    server.mood = mood;

    // What never answers is given up when the invocation is about to end.
    const timeLeft = createTimeLeft(systemClock);
    if (mood === 'hang') timeLeft.begin(0);

    await expect(secrets({ timeLeft }).unseal(reference, slot)).rejects.toMatchObject({
      code,
      retry,
      message,
    });
  });

  it('nobody listens: kms-unreachable', async () => {
    const reference = await sealed('hunter2');
    const kms = clientFor(server.endpoint);
    await server.close();

    await expect(secrets({ kms: () => kms }).unseal(reference, slot)).rejects.toMatchObject({
      code: 'kms-unreachable',
      message: `KMS did not answer for ${slot} (ECONNREFUSED)`,
    });
  });

  it('the client of the functions tries again by itself', async () => {
    const reference = await sealed('hunter2');
    server.mood = 'fail-once';
    const env = {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: 'eu-north-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };

    expect(await secrets({ kms: () => createKmsClient(env) }).unseal(reference, slot)).toBe('hunter2');
    expect(decrypts()).toBe(2);
  });
});

describe('damage', () => {
  it('is found before KMS is asked', async () => {
    const reference = await sealed('hunter2');

    await expect(secrets().unseal(reference.slice(0, -1), slot)).rejects.toMatchObject({
      code: 'secret-damaged',
      message: `the sealed value of ${slot} is incomplete or altered`,
    });
    expect(decrypts()).toBe(0);
  });

  it('of an envelope with a checksum made to fit is found by its authentication', async () => {
    const parsed = parseSealed((await sealed('x'.repeat(5000))).slice(4), slot);
    if (parsed.type !== 'envelope') throw new Error('not an envelope');
    const ciphertext = Uint8Array.from(parsed.envelope.ciphertext, (byte, index) =>
      index === 7 ? byte ^ 1 : byte,
    );

    await expect(
      secrets().unseal(formatEnvelope({ ...parsed.envelope, ciphertext }), slot),
    ).rejects.toMatchObject({
      code: 'secret-damaged',
      message: `the sealed value of ${slot} is altered`,
    });
  });
});

describe('references that are not sealed', () => {
  it.each([
    ['a plain secret', 'hunter2', 'secret-reference-invalid', `${slot} holds no reference to a secret`],
    ['nothing', '', 'secret-reference-invalid', `${slot} holds no reference to a secret`],
    ['kms: and nothing', 'kms:', 'secret-reference-invalid', `${slot} holds no reference to a secret`],
    [
      'the placeholder of the template',
      'kms:REPLACE-ME',
      'secret-reference-invalid',
      `${slot} still holds the placeholder of the template; run \`tagboat seal ${slot}\``,
    ],
    [
      'env: where deployed',
      'env:HOME',
      'secret-local-only',
      `${slot} is given as \`env:\`, which works on the local stack only`,
    ],
    [
      'file: where deployed',
      'file:/etc/hostname',
      'secret-local-only',
      `${slot} is given as \`file:\`, which works on the local stack only`,
    ],
  ])('refuses %s', async (_, reference, code, message) => {
    await expect(secrets().unseal(reference, slot)).rejects.toMatchObject({ code, message });
  });

  it('reads variables and files on the local stack', async () => {
    await writeFile(join(directory, 'secret.txt'), 'from a file\n');
    const { unseal } = secrets({ local: { env: { SECRET: 'from a variable' }, baseDirectory: directory } });

    expect(await unseal('env:SECRET', slot)).toBe('from a variable');
    expect(await unseal('file:secret.txt', slot)).toBe('from a file');
    expect(await unseal(`file:${join(directory, 'secret.txt')}`, slot)).toBe('from a file');
  });

  it.each([
    ['env:MISSING', `the environment variable MISSING for ${slot} is not set`],
    ['env:EMPTY', `the environment variable EMPTY for ${slot} is not set`],
    ['file:missing.txt', `the file missing.txt for ${slot} cannot be read`],
  ])('names what %s does not find', async (reference, message) => {
    const { unseal } = secrets({ local: { env: { EMPTY: '' }, baseDirectory: directory } });

    await expect(unseal(reference, slot)).rejects.toMatchObject({ code: 'secret-not-found', message });
  });
});

describe('seal', () => {
  it.each([
    ['nothing', '', `the value for ${slot} is empty`],
    ['more than 64 KiB', 'x'.repeat(65_537), `the value for ${slot} has more than 65536 bytes`],
    ['no text', Uint8Array.of(0xff, 0xfe), `the value for ${slot} is not UTF-8 text`],
  ])('refuses %s', async (_, plaintext, message) => {
    const sealing = seal(clientFor(server.endpoint), { keyId: 'alias/tagboat-production', slot, plaintext });

    await expect(sealing).rejects.toMatchObject({ code: 'secret-unsealable', message });
    expect(server.operations).toEqual([]);
  });
});
