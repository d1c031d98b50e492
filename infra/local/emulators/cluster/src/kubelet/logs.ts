import type { Context } from '../context.ts';
import type { LogSource } from '../server/logs.ts';
import type { Pod } from '../types.ts';

const maxLines = 500;

type Follower = { readonly onLine: (line: string) => void; readonly onEnd: () => void };
type Entry = { current: string[]; previous: string[] | undefined; readonly followers: Set<Follower> };

/** What containers print, kept in memory, each line behind its time. */
export type Logs = LogSource & {
  /** A new run of the container: what was printed before becomes `previous`. */
  begin(pod: Pod, container: string): void;
  print(pod: Pod, container: string, text: string): void;
  /** The pod is gone. */
  drop(pod: Pod): void;
};

export const createLogs = (context: Context): Logs => {
  const entries = new Map<string, Entry>();
  const id = (pod: Pod, container: string): string => `${pod.metadata.uid}/${container}`;
  const entry = (pod: Pod, container: string): Entry => {
    const found = entries.get(id(pod, container));
    if (found !== undefined) return found;
    const made: Entry = { current: [], previous: undefined, followers: new Set() };
    entries.set(id(pod, container), made);
    return made;
  };
  return {
    begin: (pod, container) => {
      const known = entries.has(id(pod, container));
      const log = entry(pod, container);
      log.previous = known ? log.current : undefined;
      log.current = [];
    },
    print: (pod, container, text) => {
      const log = entry(pod, container);
      const line = `${new Date(context.clock.now()).toISOString().replace('Z', '000000Z')} ${text}`;
      log.current.push(line);
      if (log.current.length > maxLines) log.current.shift();
      for (const follower of log.followers) follower.onLine(line);
    },
    drop: (pod) => {
      const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
      for (const { name } of containers) {
        for (const follower of entries.get(id(pod, name))?.followers ?? []) follower.onEnd();
        entries.delete(id(pod, name));
      }
    },
    read: (pod, container, previous) => {
      const log = entries.get(id(pod, container));
      return previous ? log?.previous : log?.current;
    },
    follow: (pod, container, onLine, onEnd) => {
      const follower = { onLine, onEnd };
      const log = entry(pod, container);
      log.followers.add(follower);
      return () => log.followers.delete(follower);
    },
  };
};
