import { isRetryable, TagboatError } from '../errors.ts';
import type { SignedRequest } from '../release/record/request-store.ts';
import { refusal, type SlackMessage } from '../slack/messages.ts';
import type { Asked } from './commands/command-request.ts';
import { runCommand } from './commands/run.ts';
import { type Read, readRequest, verifyRequest } from './read-request.ts';
import { answerInto, answerPress } from './reply.ts';
import type { Desk } from './slack-context.ts';

/** Longer than the worker's invocation may last. */
const leaseMs = 70_000;
/** So long a response_url works. What nobody can be told of any more has been done another way, or is not wanted. */
const tooOldMs = 30 * 60_000;

/**
 * Carries out a request of Slack's that was acknowledged and not carried out before the acknowledgement had to leave, and
 * says what it came to. Run twice, it does nothing the second time.
 * @param isLastTry whether the queue gives up after this one: then the asker is told what went wrong
 * @throws TagboatError what may go well another time, so that the queue has to bring it again
 */
export const carryOutLater = async (
  request: SignedRequest,
  isLastTry: boolean,
  desk: Desk,
): Promise<void> => {
  const taken = await desk.inbox.take(request, leaseMs);
  if (taken === 'done') return;
  // Whoever is at it may die, and this message is what is left of the command then.
  if (taken === 'busy')
    throw new TagboatError('store-unreachable', 'somebody else is carrying this command out');
  try {
    await carryOut(request, isLastTry, desk);
  } catch (error) {
    await taken.giveBack().catch((cause: unknown) => {
      desk.logger.warn('a command is given back when its time is up', { error: cause });
    });
    throw error;
  }
  await desk.inbox.finish(request);
};

const carryOut = async (request: SignedRequest, isLastTry: boolean, desk: Desk): Promise<void> => {
  const ageMs = desk.clock.now() - request.receivedAt;
  if (ageMs > tooOldMs) return desk.logger.error('a command is given up, it is too old', { ageMs });
  const read = await readGenuine(request, desk);
  if (read === undefined) return;
  const message = read.type === 'answer' ? read.message : await run(read.asked, isLastTry, desk);
  await (read.press === undefined
    ? answerInto(read.responseUrl, message, desk)
    : answerPress(message, read.press, desk));
};

/** Undefined where it is not Slack's: it was recorded before it was verified. */
const readGenuine = async (request: SignedRequest, desk: Desk): Promise<Read | undefined> => {
  const secret = await desk.signingSecret();
  try {
    verifyRequest(request, secret);
    return readRequest(request, desk);
  } catch (error) {
    if (isRetryable(error)) throw error;
    desk.logger.warn('a request that was recorded before it was verified is refused', { error });
    return undefined;
  }
};

const run = async (asked: Asked, isLastTry: boolean, desk: Desk): Promise<SlackMessage> => {
  try {
    const carried = await runCommand(asked, desk);
    if (carried.type === 'answer') return carried.message;
    throw new TagboatError('internal', 'the worker cannot speak to clusters');
  } catch (error) {
    if (!isLastTry) throw error;
    desk.logger.error('a command is given up', { id: asked.id, error });
    return refusal(
      error instanceof TagboatError ? error : new TagboatError('internal', 'something went wrong'),
    );
  }
};
