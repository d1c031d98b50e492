import type { SourceEvent } from '../../../lib/event.ts';
import { digestOf } from './fates.ts';
import { imageOf, repositoryOf } from './project.ts';
import type { Random } from './random.ts';

/** A webhook on its way: what it announces, and to whom. */
export type Hook = { readonly event: SourceEvent; readonly app: string; readonly environment: string };

/**
 * What is sent when CI has pushed a tag: one or two hooks of the Git host, and one or two of registries.
 * @param push how often the tag was pushed before
 */
export const hooksOf = (app: string, tag: string, push: number, random: Random): readonly Hook[] => {
  const delivery = `${app}-${tag}-${push}`;
  const image = (source: string, digest: string | undefined): Hook => ({
    app,
    environment: 'staging',
    event: { type: 'image-pushed', source, delivery, image: imageOf(app), tag, digest, actor: 'ci' },
  });
  const git = (revision: string | undefined): Hook => ({
    app,
    environment: 'production',
    event: {
      type: 'tag-pushed',
      source: 'github',
      delivery,
      repository: repositoryOf(app),
      tag,
      revision,
      actor: 'octocat',
    },
  });
  const pushed = git(digestOf(app, tag, push).slice(7, 47));
  const known = image('distribution', digestOf(app, tag, push));
  const unknown = image('dockerhub', undefined);
  const both = random.chance(0.15);
  // A host announces a new tag twice, and the second of the two does not say the commit.
  const created = push === 0 && random.chance(0.5) ? [git(undefined)] : [];
  return [pushed, ...created, ...(both ? [known, unknown] : [random.chance(0.6) ? known : unknown])];
};
