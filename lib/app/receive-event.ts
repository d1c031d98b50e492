import type { Parsed } from '../event.ts';
import { eventSources } from '../sources/catalog.ts';
import { withinScope } from '../sources/scope.ts';
import type { Runtime } from './runtime.ts';

/** What one source of tagboat.yml makes of an event. */
export type ReceivedEvent = { readonly source: string; readonly parsed: Parsed };

/**
 * Reads an event that came through EventBridge for every source of its type that tagboat.yml has, since each has accounts of its
 * own; what a source may not announce is set aside.
 * @param type a name of `eventSources`: which function is invoked says so
 * @throws TagboatError `payload-invalid`
 */
export const receiveEvent = (
  event: unknown,
  type: string,
  { sources: configured }: Pick<Runtime['config'], 'sources'>,
): readonly ReceivedEvent[] =>
  Object.entries(configured).flatMap(([name, config]) => {
    const source = (config.type ?? name) === type ? eventSources[type] : undefined;
    return source === undefined
      ? []
      : [{ source: name, parsed: withinScope(source.parse(event, config), name, configured) }];
  });
