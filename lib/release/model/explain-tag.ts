import { hasGroup } from '../../config/tag-pattern.ts';
import type { Config } from '../../config/types.ts';
import type { SourceEvent } from '../../event.ts';
import type { Reason } from '../../view/reason.ts';
import type { SchemeFacts } from '../../view/tag-scheme.ts';
import { candidates, decide } from './decide.ts';
import { orderReason } from './order-reason.ts';
import { schemeOf } from './tag-scheme.ts';
import type { Target } from './target.ts';

/** What would come of an event for one app and environment, holds apart. */
export type Explanation = {
  readonly app: string;
  readonly environment: string;
  /** Of the image. */
  readonly tag: string;
  /** The Git tag, where the image has another. */
  readonly gitTag?: string | undefined;
  readonly scheme: SchemeFacts;
  /** Why it would not be released; undefined where it would. */
  readonly reason?: Reason | undefined;
};

export const schemeFactsOf = (target: Pick<Target, 'app' | 'environment'>): SchemeFacts => {
  const { policy, imageTag } = schemeOf(target);
  return { policy, imageTag, captures: 'pattern' in policy && hasGroup(policy.pattern) };
};

/**
 * Explains what an event would come to, in every app and environment that it is about, from nothing but the configuration. Pure.
 * @param current the tag of the image that stands there, where the order is to be asked as well
 */
export const explainTag = (
  event: SourceEvent,
  config: Config,
  current: string | undefined,
): readonly Explanation[] =>
  candidates(event, config).map((candidate) => {
    const { app, environment, tag, gitTag, target, ...plan } = decide(event, candidate, [], 0);
    const standing = current === undefined ? [] : [current];
    return {
      app,
      environment,
      tag,
      gitTag,
      scheme: schemeFactsOf(target),
      reason:
        plan.type === 'skipped' ? plan.reason : orderReason({ app, environment, tag }, target, standing),
    };
  });
