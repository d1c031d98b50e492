import type { Context } from '../context.ts';
import { keyOf } from '../meta.ts';
import type { Change } from '../store.ts';
import type { KubeObject } from '../types.ts';
import type { Writes } from '../writes.ts';
import type { EventRecorder } from './events.ts';

/** What a controller works with. */
export type Tools = {
  readonly context: Context;
  readonly writes: Writes;
  readonly events: EventRecorder;
  /** Looks at that object again after so many milliseconds; an earlier appointment stands. */
  readonly later: (object: KubeObject, milliseconds: number) => void;
};

/** Brings what is nearer to what is wanted. `sync` is level-triggered: it may run at any time, any number of times. */
export type Controller = {
  readonly name: string;
  /** `namespace/name` of the objects to look at after a change. */
  keys(change: Change): readonly string[];
  sync(namespace: string, name: string): void;
};

const retryAfterMs = 1_000;

/**
 * Runs controllers on what changed, in a turn of their own, so that the client that made the change has its answer first.
 * Nothing is polled: an idle cluster does nothing.
 */
export const createRunner = (
  context: Context,
  make: (later: (name: string) => Tools['later']) => readonly Controller[],
) => {
  const dirty = new Map<Controller, Set<string>>();
  const appointments = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  let scheduled = false;
  let closed = false;

  const drain = (): void => {
    scheduled = false;
    if (closed) return;
    // In the order given: a ReplicaSet has acted on its last orders before its Deployment gives new ones.
    for (const controller of controllers) {
      const keys = dirty.get(controller);
      dirty.delete(controller);
      for (const key of keys ?? []) syncOne(controller, key);
    }
  };

  const syncOne = (controller: Controller, key: string): void => {
    const [namespace = '', name = ''] = key.split('/');
    try {
      controller.sync(namespace, name);
    } catch (error) {
      context.logger.error('controller failed', { controller: controller.name, key, error: String(error) });
      context.timers.after(retryAfterMs, () => enqueue(controller, key));
    }
  };

  const enqueue = (controller: Controller, key: string): void => {
    const keys = dirty.get(controller) ?? new Set();
    dirty.set(controller, keys.add(key));
    if (scheduled || closed) return;
    scheduled = true;
    setImmediate(drain);
  };

  const later =
    (name: string): Tools['later'] =>
    (object, milliseconds) => {
      const controller = controllers.find((candidate) => candidate.name === name);
      if (controller === undefined) return;
      const key = keyOf(object);
      const id = `${name} ${key}`;
      const at = context.clock.now() + milliseconds;
      const standing = appointments.get(id);
      if (standing !== undefined && standing.at <= at) return;
      standing?.cancel();
      const cancel = context.timers.after(milliseconds, () => {
        appointments.delete(id);
        enqueue(controller, key);
      });
      appointments.set(id, { at, cancel });
    };

  const controllers = make(later);
  return {
    handle: (change: Change): void => {
      for (const controller of controllers)
        for (const key of controller.keys(change)) enqueue(controller, key);
    },
    /** Whether something is still to be looked at. */
    isBusy: (): boolean => scheduled,
    /** Nothing is looked at any more. */
    close: (): void => {
      closed = true;
    },
  };
};
