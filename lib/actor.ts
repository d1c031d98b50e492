/** Who or what asked for something, as it is recorded. */
export type Actor =
  | { readonly type: 'slack'; readonly user: string }
  /** `user`: as the webhook names it, if it does. */
  | { readonly type: 'webhook'; readonly source: string; readonly user?: string | undefined }
  /** `onFailure: undo` of the environment. */
  | { readonly type: 'on-failure' }
  /** Of a pause: kubectl, or a step of the rollout. */
  | { readonly type: 'cluster' };

/** For logs, the API and commit messages: `slack:U024BE7LH`, `github:octocat`, `tagboat:onFailure`. */
export const actorText = (actor: Actor): string => {
  switch (actor.type) {
    case 'slack':
      return `slack:${actor.user}`;
    case 'webhook':
      return `${actor.source}:${actor.user ?? 'unknown'}`;
    case 'on-failure':
      return 'tagboat:onFailure';
    case 'cluster':
      return 'somebody in the cluster, or a step of the rollout';
  }
};

export const isSameActor = (a: Actor, b: Actor): boolean => actorText(a) === actorText(b);
