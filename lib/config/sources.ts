type Option = 'host' | 'repositories' | 'images' | 'redelivery';

/** What an entry of `sources:` holds: what the source cannot do without, and what it understands besides. */
export type SourceFields = {
  readonly needs: readonly ('secret' | 'key')[];
  readonly requires?: readonly Option[];
  readonly takes: readonly Option[];
};

/**
 * The types of source that tagboat.yml may have, one line each. `lib/sources/catalog.ts` holds the code behind the same
 * names; parts do not import their siblings, so a test holds the two lists together.
 */
export const knownSources: Readonly<Record<string, SourceFields>> = {
  github: { needs: ['secret'], takes: ['repositories', 'redelivery'] },
  dockerhub: { needs: ['key'], takes: ['images'] },
  distribution: { needs: ['secret'], takes: ['host', 'images'] },
};
