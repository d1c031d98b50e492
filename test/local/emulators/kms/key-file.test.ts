import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateAliasCommand, CreateKeyCommand, DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKms } from '../../../../infra/local/emulators/kms/kms.ts';
import { serve } from '../registry/serve.ts';
import { clientOf, slot, text } from './client.ts';

describe('keys kept in a directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tagboat-kms-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('opens after a restart what was sealed before it', async () => {
    const at = join(directory, 'kms');
    const before = await createKms({ directory: at });
    const firstServer = await serve((request, response) => before.handle(request, response));
    const first = clientOf(firstServer.url);
    const { KeyMetadata: key } = await first.send(new CreateKeyCommand({}));
    await first.send(new CreateAliasCommand({ AliasName: 'alias/tagboat', TargetKeyId: key?.KeyId }));
    const { CiphertextBlob: blob } = await first.send(
      new EncryptCommand({ KeyId: 'alias/tagboat', Plaintext: Buffer.from('kept'), EncryptionContext: slot }),
    );
    first.destroy();
    await firstServer.close();

    const after = await createKms({ directory: at });
    await using server = await serve((request, response) => after.handle(request, response));
    const second = clientOf(server.url);
    const opened = await second.send(
      new DecryptCommand({ CiphertextBlob: blob, KeyId: 'alias/tagboat', EncryptionContext: slot }),
    );
    second.destroy();

    expect(text(opened.Plaintext)).toBe('kept');
  });

  it('writes one file that only its owner may read, however many keys are made at once', async () => {
    const kms = await createKms({ directory });
    await using server = await serve((request, response) => kms.handle(request, response));
    const client = clientOf(server.url);

    await Promise.all(Array.from({ length: 10 }, () => client.send(new CreateKeyCommand({}))));
    client.destroy();

    expect(await readdir(directory)).toEqual(['keys.json']);
    expect((await stat(join(directory, 'keys.json'))).mode & 0o777).toBe(0o600);
  });

  it('refuses to start over a damaged file, rather than lose the keys', async () => {
    await writeFile(join(directory, 'keys.json'), '{"keys": [');

    await expect(createKms({ directory })).rejects.toMatchObject({ code: 'local-state-damaged' });
  });
});
