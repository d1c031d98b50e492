import type { SourceEvent } from '../../../lib/event.ts';
import { digestOf } from './fates.ts';
import { imageOf, repositoryOf } from './project.ts';
import type { Random } from './random.ts';

/** A webhook on its way: what it announces, and to whom. */
export type Hook = { readonly event: SourceEvent; readonly app: string; readonly environment: string };

/** What is sent when CI has pushed a tag: one hook of the Git host, and one or two of registries. */
export const hooksOf = (app: string, tag: string, random: Random): readonly Hook[] => {
  const delivery = `${app}-${tag}`;
  const image = (source: string, digest: string | undefined): Hook => ({
    app,
    environment: 'staging',
    event: { type: 'image-pushed', source, delivery, image: imageOf(app), tag, digest, actor: 'ci' },
  });
  const git: Hook = {
    app,
    environment: 'production',
    event: {
      type: 'tag-pushed',
      source: 'github',
      delivery,
      repository: repositoryOf(app),
      tag,
      revision: digestOf(app, tag).slice(7, 47),
      actor: 'octocat',
    },
  };
  const known = image('distribution', digestOf(app, tag));
  const unknown = image('dockerhub', undefined);
  const both = random.chance(0.15);
  return [git, ...(both ? [known, unknown] : [random.chance(0.6) ? known : unknown])];
};
