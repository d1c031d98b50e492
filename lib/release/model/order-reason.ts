import type { TagOrder } from '../../config/types.ts';
import type { Reason } from '../../view/reason.ts';
import { schemeOf, stepBack } from './tag-scheme.ts';
import { orderOf, semverPart } from './tag-version.ts';
import type { Target } from './target.ts';

type About = { readonly app: string; readonly environment: string; readonly tag: string };

/** Why a tag of the image may not follow those that stand: it is older than one of them, or may be. Pure. */
export const orderReason = (
  { app, environment, tag }: About,
  target: Target,
  standing: readonly string[],
): Reason | undefined => {
  const scheme = schemeOf(target);
  const newer = standing.find((one) => stepBack(scheme, tag, one) === 'older');
  if (newer !== undefined) return { code: 'older-than-current', tag, newer };
  const current = standing.find((one) => stepBack(scheme, tag, one) === 'unclear');
  if (current === undefined) return undefined;
  const order = orderOf(scheme.policy);
  return {
    code: 'order-unclear',
    app,
    environment,
    tag,
    current,
    order,
    fitting: fittingOrder(tag, current),
  };
};

const fittingOrder = (...tags: readonly string[]): TagOrder =>
  tags.every((tag) => semverPart(tag) !== undefined) ? 'semver' : 'numeric';
