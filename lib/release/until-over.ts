import { TagboatError } from '../errors.ts';
import type { Store } from './store.ts';

/**
 * A store that does nothing more once the turn has ended. A Lambda function is frozen when it has answered, and whatever
 * was still going on goes on in its next invocation, minutes later perhaps, when somebody else has long done it.
 */
export const untilOver = (store: Store): { readonly store: Store; end(): void } => {
  let isOver = false;
  const guarded = new Proxy(store, {
    get: (target, name, receiver) => {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]) => {
        if (isOver) throw new TagboatError('store-unreachable', 'the time of this invocation is over');
        return method.apply(target, args);
      };
    },
  });
  return {
    store: guarded,
    end: () => {
      isOver = true;
    },
  };
};
