import type { Config } from '../config/types.ts';
import { isSameImage } from '../ecr-registry.ts';
import type { Ignored, Parsed, SourceEvent } from '../event.ts';

/** What an event is about, the list by which a source is bound to such things, and what makes two of them the same. */
const subjectOf = (event: SourceEvent) =>
  event.type === 'tag-pushed'
    ? ({ list: 'repositories', subject: event.repository, isSame: Object.is } as const)
    : ({ list: 'images', subject: event.image, isSame: isSameImage } as const);

const mayAnnounce = (event: SourceEvent, name: string, sources: Config['sources']): boolean => {
  const { list, subject, isSame } = subjectOf(event);
  const has = (listed: readonly string[] | undefined): boolean =>
    listed?.some((one) => isSame(one, subject)) === true;
  const source = sources[name];
  const own = source?.[list];
  // What lists only repositories announces no image, and the other way round
  if (own === undefined && (source?.repositories ?? source?.images) !== undefined) return false;
  return own === undefined ? !Object.values(sources).some((other) => has(other[list])) : has(own);
};

const outOfScope = (event: SourceEvent, name: string): Ignored => ({
  reason: 'not-of-this-source',
  message: `${subjectOf(event).subject} is not for the source ${name} to announce`,
});

/**
 * A source that lists repositories or images announces these and nothing else; and what some source lists, none that does
 * not list it may announce, so that a secret which many know is no way to an app that has one of its own.
 * @param name of the source in tagboat.yml whose secret proved the request
 */
export const withinScope = (parsed: Parsed, name: string, sources: Config['sources']): Parsed => {
  const { allowed = [], refused = [] } = Object.groupBy(parsed.events, (event) =>
    mayAnnounce(event, name, sources) ? 'allowed' : 'refused',
  );
  return {
    events: allowed,
    ignored: [...parsed.ignored, ...refused.map((event) => outOfScope(event, name))],
  };
};
