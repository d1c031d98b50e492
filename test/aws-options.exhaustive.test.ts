import { DecryptCommand } from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { startSilentKms } from './support/silent-kms.ts';

it('gives a call a bound that names none, as those of the command line do', async () => {
  const { client, requests } = await startSilentKms();

  const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob: Buffer.from('sealed') }));

  expect(Buffer.from(Plaintext ?? []).toString()).toBe('opened');
  expect(requests()).toBe(2);
});
