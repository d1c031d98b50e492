import { isRetryable, TagboatError } from '../errors.ts';
import type { SignedRequest } from '../release/record/request-store.ts';
import type { SlackMessage } from '../slack/messages.ts';
import { notReceived, received } from '../slack/messages.ts';
import { untilOver } from './abortable.ts';
import { isForWorker, runCommand } from './commands/run.ts';
import { createTurn, type Late, late, type Turn } from './deadline.ts';
import { type OnRecord, putOnRecord } from './enqueue-request.ts';
import { type Asking, looksGenuine, type Read, readRequest, verifyRequest } from './read-request.ts';
import { answerPress } from './reply.ts';
import type { Desk } from './slack-context.ts';

/**
 * Takes a request of Slack's, and answers before the deadline, whatever KMS, the table and the queue do meanwhile.
 *
 * It is put on record before it is carried out: in the table or, where that is slow, in the queue, and whichever has it
 * first makes the acknowledgement one that holds. What can be carried out in time is, and its outcome is the answer; the
 * worker does the rest, and what this invocation did not live to finish. Where not even the signing secret comes in time,
 * the request is recorded as it is, and the worker finds out whether it is genuine before it does anything. Nothing is
 * carried out here before the table has said that the request is new.
 *
 * @param deadline milliseconds since 1970; where it is past, Slack may not listen any more, and the worker answers
 * @returns what to answer with; nothing for a button, whose answer goes to its response_url
 * @throws TagboatError `signature-…`, `payload-invalid`, `request-replayed`; `kms-denied`, `secret-…`; `store-unreachable`
 *   for a button that could not be put on record, which Slack then marks
 */
export const receive = async (
  request: SignedRequest,
  deadline: number,
  desk: Desk,
): Promise<SlackMessage | undefined> => {
  const turn = createTurn(deadline, desk.clock);
  try {
    return await serve(request, turn, desk);
  } finally {
    turn.end();
  }
};

const serve = async (request: SignedRequest, turn: Turn, desk: Desk): Promise<SlackMessage | undefined> => {
  const reading = verifyAndRead(request, desk);
  // It may turn out wrong when nobody waits for it any more.
  reading.catch(() => undefined);
  const early = await turn.shortly(reading);
  if (early === late) looksGenuine(request);
  else if (early?.type === 'answer') return answer(early, request, turn, desk);

  const isUrgent =
    !turn.hasTime || (early !== late && early !== undefined && isForWorker(early.asked.command));
  const onRecord = putOnRecord(request, isUrgent ? 0 : desk.lookAfterSeconds, turn, desk);
  const read = early === late ? await turn.within(reading) : early;
  if (turn.hasTime && read !== late && read !== undefined && canBeDoneHere(read)) {
    const outcome = await serveHere(read, request, onRecord, turn, desk);
    if (outcome !== late) return outcome.message;
  }
  const kept = await turn.within(onRecord.kept);
  if (kept === 'replayed') throw replayed();
  if (kept === late || kept === 'lost') return apologise(request);
  await turn.within(onRecord.inQueue);
  const words = read !== late && read?.type === 'asked' ? read.words : 'your command';
  return request.endpoint === 'commands' ? received({ words }) : undefined;
};

/** Undefined where the signing secret does not come now, though it may another time. */
const verifyAndRead = async (request: SignedRequest, desk: Desk): Promise<Read | undefined> => {
  let secret: string;
  try {
    secret = await desk.signingSecret();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    desk.logger.warn('the signing secret does not come', { error });
    looksGenuine(request);
    return undefined;
  }
  verifyRequest(request, secret);
  return readRequest(request, desk);
};

const replayed = (): TagboatError =>
  new TagboatError('request-replayed', 'this very request of Slack was received before');

const canBeDoneHere = (read: Read): boolean => read.type === 'answer' || !isForWorker(read.asked.command);

/** Mistakes, help, Cancel: nothing is lost if the answer is, so that the table is asked, but not waited for. */
const answer = async (
  read: Extract<Read, { readonly type: 'answer' }>,
  request: SignedRequest,
  turn: Turn,
  desk: Desk,
): Promise<SlackMessage | undefined> => {
  const noted = desk.inbox.receive(request, 'done').catch((error: unknown) => {
    desk.logger.warn('the table did not note an answer', { error });
  });
  if ((await turn.shortly(noted)) === 'replayed') throw replayed();
  if (read.press === undefined) return read.message;
  await turn.within(answerPress(read.message, read.press, desk));
  return undefined;
};

/** The outcome as it is said in the response; `late` where the worker has to see to it. */
const serveHere = async (
  read: Read,
  request: SignedRequest,
  { inTable }: OnRecord,
  turn: Turn,
  desk: Desk,
): Promise<{ readonly message: SlackMessage | undefined } | Late> => {
  const known = await turn.within(inTable);
  if (known === 'replayed') throw replayed();
  if (known !== 'new') return late;
  const message = read.type === 'answer' ? read.message : await carryOut(read, turn, desk);
  if (message === late) return late;
  // Done is what was said: the worker says it again where that took too long.
  if (read.press !== undefined && (await turn.within(answerPress(message, read.press, desk))) === late)
    return late;
  const finished = desk.inbox.finish(request).catch((error: unknown) => {
    desk.logger.warn('a command is carried out, but not noted so', { error });
  });
  await turn.within(finished);
  return { message: read.press === undefined ? message : undefined };
};

/** The outcome, or `late`: after that moment nothing more is done here. */
const carryOut = async ({ asked }: Asking, turn: Turn, desk: Desk): Promise<SlackMessage | Late> => {
  const guard = untilOver(desk.storeUntil ?? (() => desk.store));
  const carrying = runCommand(asked, { ...desk, store: guard.store }).catch((error: unknown): Late => {
    desk.logger.warn('a command is not carried out yet', { id: asked.id, error });
    return late;
  });
  const outcome = await turn.within(carrying);
  guard.end();
  return outcome === late || outcome.type === 'later' ? late : outcome.message;
};

/** An answer in the response is shown to who typed a command; at a button, Slack shows only that something went wrong. */
const apologise = ({ endpoint }: SignedRequest): SlackMessage => {
  if (endpoint === 'commands') return notReceived();
  throw new TagboatError('store-unreachable', 'neither the table nor the queue took a button in time');
};
