import { DecryptCommand } from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { createTimeLeft } from '../lib/time-left.ts';
import { manualClock } from './support/manual-clock.ts';
import { startSilentKms } from './support/silent-kms.ts';

it('tries a call that is not answered again, within the time the invocation has left', async () => {
  const { client, requests } = await startSilentKms();
  const timeLeft = createTimeLeft(manualClock());
  timeLeft.begin(9_500);

  const { Plaintext } = await client.send(
    new DecryptCommand({ CiphertextBlob: Buffer.from('sealed') }),
    timeLeft.forCall(),
  );

  expect(Buffer.from(Plaintext ?? []).toString()).toBe('opened');
  expect(requests()).toBe(2);
});
