import type { Config } from '../../config/types.ts';
import { compileGlobs } from '../../git/globs.ts';
import { allGlobs } from './image-places.ts';
import { lockGroupOf } from './lock-group.ts';
import type { Sharer } from './own-places.ts';
import { schemeOf } from './tag-scheme.ts';
import { type Target, targetOf } from './target.ts';

type Place = { readonly app: string; readonly environment: string };

/** All other environments that have the same image, of whatever app. */
export const othersWithImage = (
  place: Place,
  { app: { image } }: Target,
  config: Config,
): readonly { readonly app: string; readonly target: Target }[] =>
  Object.entries(config.apps)
    .filter(([, app]) => app.image === image)
    .flatMap(([app, { environments }]) =>
      Object.keys(environments).map((environment) => ({ app, environment })),
    )
    .filter(({ app, environment }) => app !== place.app || environment !== place.environment)
    .map(({ app, environment }) => ({ app, target: targetOf(config, app, environment) }));

/** Those that have it in the same branch. */
export const sharersOf = (place: Place, target: Target, config: Config): readonly Sharer[] =>
  othersWithImage(place, target, config)
    .filter((other) => lockGroupOf(other.target.repo) === lockGroupOf(target.repo))
    .map((other) => ({
      app: other.app,
      scheme: schemeOf(other.target),
      matches: compileGlobs(allGlobs(other.target.environment)).matches,
    }));
