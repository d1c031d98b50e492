import type { Context } from '../context.ts';
import { randomSuffix } from '../meta.ts';
import { events } from '../resources.ts';
import type { KubeEvent, KubeObject } from '../types.ts';
import type { Writes } from '../writes.ts';

export type EventRecorder = (
  about: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  source?: {
    readonly component: string;
    readonly host?: string | undefined;
    /** `spec.containers{web}` */
    readonly fieldPath?: string | undefined;
  },
) => void;

/** As many as are kept for one namespace; a real cluster forgets them after an hour. */
const maxEvents = 500;

/**
 * Records Events; the same about the same object counts up instead of repeating.
 * Source: k8s.io/client-go/tools/record/events_cache.go
 */
export const createEventRecorder =
  (context: Context, writes: Writes, component: string): EventRecorder =>
  (about, type, reason, message, { fieldPath, ...source } = { component }) => {
    const { store } = context;
    const namespace = about.metadata.namespace ?? 'default';
    const known = store.list<KubeEvent>(events, namespace);
    const same = known.find(
      (event) =>
        event.involvedObject.uid === about.metadata.uid &&
        event.type === type &&
        event.reason === reason &&
        event.message === message &&
        event.involvedObject.fieldPath === fieldPath,
    );
    const now = context.now();
    if (same !== undefined) {
      writes.modify(events, same, (draft) => {
        draft.count += 1;
        draft.lastTimestamp = now;
      });
      return;
    }
    if (known.length >= maxEvents) {
      const oldest = known.reduce((a, b) => (b.lastTimestamp < a.lastTimestamp ? b : a));
      writes.delete(events, oldest);
    }
    writes.create(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        namespace,
        name: `${about.metadata.name}.${randomSuffix(16)}`,
      },
      involvedObject: {
        kind: about.kind,
        ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
        name: about.metadata.name,
        uid: about.metadata.uid,
        apiVersion: about.apiVersion,
        resourceVersion: about.metadata.resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      type,
      reason,
      message,
      source,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
    });
  };
