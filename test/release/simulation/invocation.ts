import type { Clock } from '../../../lib/clock.ts';
import { type ErrorCode, TagboatError } from '../../../lib/errors.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How often something goes wrong, of once. */
export type Faults = {
  /** An invocation dies at one of its calls, before or after it was carried out. */
  readonly death: number;
  /** A call is refused, and not carried out. */
  readonly refusal: number;
  /** A call is carried out, and its answer is lost. */
  readonly lostAnswer: number;
  /** A call is carried out, its answer is lost, and the SDK makes it again by itself. */
  readonly repetition: number;
};

const noFaults: Faults = { death: 0, refusal: 0, lostAnswer: 0, repetition: 0 };

/** One run of a function, from which everything is called that is outside of it. */
export type Invocation = {
  readonly random: Random;
  /** Goes on while the invocation lives. */
  readonly clock: Clock;
  /** Ends it, wherever it is: nothing that it does has an effect from now on. */
  kill(): void;
  /** Resolves when it dies. */
  readonly death: Promise<void>;
  /**
   * The service as this invocation reaches it: every call takes time, in which other invocations go on, and may go wrong.
   * @param code of the error that a refused call throws
   */
  reach<T extends object>(service: T, code: ErrorCode, options?: { readonly repeats?: boolean }): T;
};

/** As many calls as an invocation makes, more or less: those that come later are those of the invocations that do much. */
const callsOfLife = 40;
const never = <T>(): Promise<T> => new Promise(() => {});

/**
 * @param options.isOut whether the service whose errors have that code has an outage
 * @param options.isCalm nothing goes wrong in this one
 */
export const beginInvocation = (
  time: VirtualTime,
  random: Random,
  options: {
    readonly faults: Faults;
    readonly isOut: (code: ErrorCode) => boolean;
    readonly isCalm: boolean;
  },
): Invocation => {
  const faults = options.isCalm ? noFaults : options.faults;
  const isOut = (code: ErrorCode): boolean => !options.isCalm && options.isOut(code);
  let isDead = false;
  let left = random.chance(faults.death) ? random.integer(1, callsOfLife) : Number.POSITIVE_INFINITY;
  const diesBefore = random.chance(0.5);
  const { promise: death, resolve } = Promise.withResolvers<void>();
  const kill = (): void => {
    isDead = true;
    resolve();
  };
  /** It goes on after that; or never, since it is dead by then. */
  const pause = async (milliseconds: number): Promise<void> => {
    await time.sleep(milliseconds);
    if (isDead) await never();
  };
  const call = async <R>(act: () => Promise<R>, code: ErrorCode, repeats: boolean): Promise<R> => {
    if (isDead) return never();
    left -= 1;
    await pause(random.integer(1, 20));
    if (left === 0 && diesBefore) kill();
    if (isDead) return never();
    const fail = () => new TagboatError(code, 'no answer');
    if (isOut(code) || random.chance(faults.refusal)) throw fail();
    let result = await act();
    if (left === 0) kill();
    await pause(random.integer(1, 20));
    if (repeats && random.chance(faults.repetition)) {
      result = await act();
      await pause(random.integer(1, 20));
    }
    if (random.chance(faults.lostAnswer)) throw fail();
    return result;
  };
  return {
    random,
    clock: { now: time.now, sleep: (milliseconds) => (isDead ? never() : pause(milliseconds)) },
    kill,
    death,
    reach: (service, code, { repeats = false } = {}) =>
      new Proxy(service, {
        get: (object, property, receiver) => {
          const value: unknown = Reflect.get(object, property, receiver);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => call(async () => value.apply(object, args), code, repeats);
        },
      }),
  };
};
