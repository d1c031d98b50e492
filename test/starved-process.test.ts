import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { awsOptions } from '../lib/aws-options.ts';
import { createTimeLeft } from '../lib/time-left.ts';
import { serve } from './local/serve.ts';
import { manualClock } from './support/manual-clock.ts';

// Timers that run out while nothing else happens, as all of them do at once in a process that was not given any time.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const command = new DecryptCommand({ CiphertextBlob: Buffer.from('sealed') });

/** KMS, which answers when it is told to, and a client of it as it is deployed. */
const arrange = async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: told, resolve: answer } = Promise.withResolvers<void>();
  let requests = 0;
  const origin = await serve(async (request, response) => {
    request.resume();
    requests += 1;
    arrive();
    await told;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ KeyId: 'k', Plaintext: Buffer.from('opened').toString('base64') }));
  });
  const env = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const client = new KMSClient({ ...awsOptions(env, 'KMS'), endpoint: origin });
  onTestFinished(() => client.destroy());
  return { client, arrived, answer, requests: () => requests };
};

const textOf = ({ Plaintext }: { readonly Plaintext?: Uint8Array | undefined }) =>
  Buffer.from(Plaintext ?? []).toString();

it('gives no connection up that was not made in a second', async () => {
  const { client, answer, requests } = await arrange();
  const timeLeft = createTimeLeft(manualClock());
  timeLeft.begin(10_000);
  // After the request was made, and before anything that the network brings is seen.
  const starve = () => queueMicrotask(() => vi.advanceTimersByTime(1_500));
  subscribe('http.client.request.start', starve);
  onTestFinished(() => {
    unsubscribe('http.client.request.start', starve);
  });

  answer();
  const opened = await client.send(command, timeLeft.forCall());

  expect(textOf(opened)).toBe('opened');
  expect(requests()).toBe(1);
});

it('waits on the local stack for an answer for as long as the invocation lasts', async () => {
  const { client, arrived, answer, requests } = await arrange();
  const timeLeft = createTimeLeft(manualClock(), { patient: true });
  timeLeft.begin(60_000);

  const opening = client.send(command, timeLeft.forCall());
  await arrived;
  vi.advanceTimersByTime(59_000);
  answer();

  expect(textOf(await opening)).toBe('opened');
  expect(requests()).toBe(1);
});
