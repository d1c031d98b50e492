import { distribution } from './distribution.ts';
import { dockerhub } from './dockerhub.ts';
import { ecr } from './ecr.ts';
import { github } from './github.ts';
import type { EventSource, Source } from './source.ts';

/** Every source there is, by its name in tagboat.yml and in the webhook's path. */
export const sources: Readonly<Record<string, Source>> = {
  github,
  dockerhub,
  distribution,
};

/** Those whose events come through EventBridge, by their names in tagboat.yml; there is no webhook of theirs. */
export const eventSources: Readonly<Record<string, EventSource>> = { ecr };
