/** What has to be known of the version that an undo goes back to; there is none where it was healthy the last time. */
export type Caution =
  /** The config repo had it before the release of the tag `before`, and no release of Tagboat's had put it there. */
  | { readonly code: 'stood-before'; readonly before: string }
  | { readonly code: 'never-healthy' }
  /** Its tag was pushed again since it was healthy, and no digest is pinned. */
  | { readonly code: 'moved' }
  /** Its last rollout failed, or it was undone. */
  | { readonly code: 'failed' | 'undone' };

/** A caution in one sentence: the one place where it is worded. */
export const cautionText = (tag: string, caution: Caution): string => {
  switch (caution.code) {
    case 'stood-before':
      return `${tag} stood in the config repo before ${caution.before}; Tagboat did not release it, and never saw it healthy.`;
    case 'never-healthy':
      return `No release of ${tag} within reach was ever healthy.`;
    case 'moved':
      return `${tag} was pushed again with another image, and was never seen healthy as it is now.`;
    case 'failed':
      return `The last release of ${tag} failed.`;
    case 'undone':
      return `${tag} was undone before.`;
  }
};
