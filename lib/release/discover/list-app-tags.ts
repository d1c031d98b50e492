import { createHash } from 'node:crypto';
import type { AppConfig } from '../../config/types.ts';
import type { Listing, TagList } from '../record/looks.ts';
import type { DiscoverContext } from './context.ts';

/** A tag of a list; of a Git repository, with the commit that it points at. */
export type ListedTag = { readonly name: string; readonly revision?: string | undefined };

export type AppTags = {
  readonly tags: readonly ListedTag[];
  /** False where there are more than were read. */
  readonly isComplete: boolean;
  readonly listing: Pick<Listing, 'etag' | 'fingerprint'>;
};

/** What tells a tag from one that was seen: a Git tag on another commit is another one. */
export const nameOf = ({ name, revision }: ListedTag): string =>
  revision === undefined ? name : `${name} ${revision}`;

const fingerprintOf = (tags: readonly ListedTag[]): string =>
  createHash('sha256').update(tags.map(nameOf).toSorted().join('\n')).digest('base64url');

/** The image or repository whose tags a list has. */
export const subjectOf = ({ image, repository = '' }: AppConfig, list: TagList): string =>
  list === 'git' ? repository : image;

const list = async (
  app: AppConfig,
  of: TagList,
  etag: string | undefined,
  { registry, gitTags }: DiscoverContext,
): Promise<Omit<AppTags, 'listing'> & { readonly etag?: string | undefined }> => {
  if (of === 'git') {
    return { tags: await gitTags(subjectOf(app, of)), isComplete: true };
  }
  const listed = await (await registry()).tagsOf(app.image, { etag });
  if (listed === undefined) return { tags: [], isComplete: true };
  if (listed.type === 'unchanged') return { tags: [], isComplete: true, etag };
  return { ...listed, tags: listed.tags.map((name) => ({ name })) };
};

/**
 * The tags that the registry has of an app's image, or that its Git repository has; undefined where they are the same as before.
 * @throws TagboatError `registry-…`, `git-…`
 */
export const listAppTags = async (
  app: AppConfig,
  of: TagList,
  known: Listing | undefined,
  context: DiscoverContext,
): Promise<AppTags | undefined> => {
  const { tags, isComplete, etag } = await list(app, of, known?.etag, context);
  if (known?.etag !== undefined && etag === known.etag) return undefined;
  const fingerprint = fingerprintOf(tags);
  return fingerprint === known?.fingerprint && etag === known.etag
    ? undefined
    : { tags, isComplete, listing: { etag, fingerprint } };
};
