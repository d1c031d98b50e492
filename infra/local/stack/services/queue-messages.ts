import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { isMapping, mapping } from '../../../../lib/mapping.ts';
import type { LocalSqs, WaitingMessage } from '../../emulators/aws/sqs.ts';
import type { QueueResource } from '../../runtime/service/resources.ts';
import { readJson, type StateDirectory, writePrivately } from '../../state/directory.ts';

/** How often what the queues hold is written down, in milliseconds; what a crash loses, reconcile sends again. */
const intervalMs = 500;
/** SQS takes no longer delay. */
const maxDelaySeconds = 900;

/**
 * The embedded queues are in memory. Writes down what they hold, so that the next start goes on where this one ended.
 * @returns a function that writes it down for the last time
 */
export const keepMessages = (
  sqs: LocalSqs,
  queues: readonly QueueResource[],
  state: StateDirectory,
): (() => Promise<void>) => {
  const file = state.file('queues.json');
  let written = '';
  const save = async (): Promise<void> => {
    const held = await Promise.all(queues.map(async ({ name }) => [name, await sqs.waiting(name)] as const));
    const text = JSON.stringify(Object.fromEntries(held.filter(([, messages]) => messages.length > 0)));
    if (text === written) return;
    writePrivately(file, text);
    written = text;
  };
  const timer = setInterval(() => save().catch(() => {}), intervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await save();
  };
};

/** Sends what the queues held when the last stack on this state ended. */
export const restoreMessages = async (
  client: SQSClient,
  queues: readonly { readonly name: string; readonly url: string }[],
  state: StateDirectory,
): Promise<void> => {
  const held = readJson(state.file('queues.json'));
  for (const { name, url } of queues) {
    const messages = held[name];
    for (const message of Array.isArray(messages) ? messages : [])
      if (isMapping(message) && typeof message.body === 'string')
        await client.send(sendCommand(url, mapping(message) as WaitingMessage));
  }
};

const sendCommand = (url: string, message: WaitingMessage): SendMessageCommand => {
  const delay = Math.ceil(((message.dueAt ?? 0) - Date.now()) / 1000);
  return new SendMessageCommand({
    QueueUrl: url,
    MessageBody: message.body,
    ...(message.group === undefined
      ? { DelaySeconds: Math.min(maxDelaySeconds, Math.max(0, delay)) }
      : { MessageGroupId: message.group, MessageDeduplicationId: message.deduplication }),
  });
};
