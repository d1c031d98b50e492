import { TagboatError } from '../errors.ts';
import type { Store } from '../release/record/store.ts';

/**
 * A store that does nothing more once the turn has ended. A Lambda function is frozen when it has answered, and whatever
 * was still going on goes on in its next invocation, minutes later perhaps, when somebody else has long done it. What is
 * on its way by then may arrive, and is not sent again.
 * @param storeUntil makes a store whose calls the signal ends
 */
export const untilOver = (
  storeUntil: (signal: AbortSignal) => Store,
): { readonly store: Store; end(): void } => {
  const over = new AbortController();
  const guarded = new Proxy(storeUntil(over.signal), {
    get: (target, name, receiver) => {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]) => {
        if (over.signal.aborted)
          throw new TagboatError('store-unreachable', 'the time of this invocation is over');
        return method.apply(target, args);
      };
    },
  });
  return {
    store: guarded,
    end: () => {
      over.abort();
    },
  };
};
