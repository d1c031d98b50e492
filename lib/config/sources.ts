/** What an entry of `sources:` holds: what the source cannot do without, and what it understands besides. */
export type SourceFields = {
  readonly needs: readonly ('secret' | 'key')[];
  readonly takes: readonly ('host' | 'repositories' | 'images' | 'redelivery' | 'regions')[];
  /** What its events are known by, where they come through EventBridge and so through IAM, and not as a webhook. */
  readonly knownBy?: 'accounts';
};

/**
 * The types of source that tagboat.yml may have, one line each. `lib/sources/catalog.ts` holds the code behind the same
 * names; parts do not import their siblings, so a test holds the two lists together.
 */
export const knownSources: Readonly<Record<string, SourceFields>> = {
  github: { needs: ['secret'], takes: ['repositories', 'redelivery'] },
  dockerhub: { needs: ['key'], takes: ['images'] },
  distribution: { needs: ['secret'], takes: ['host', 'images'] },
  ecr: { needs: [], takes: ['regions', 'images'], knownBy: 'accounts' },
};
