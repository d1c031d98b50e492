import { describe, expect, it } from 'vitest';
import type { SourceEvent } from '../../../lib/event.ts';
import { announce } from '../../../lib/release/discover/announce.ts';
import { candidatesOf } from '../../../lib/release/discover/look-for-tags.ts';
import { digest } from '../support/context.ts';
import { createDiscovery } from '../support/discovery.ts';

/** A hook was faster than the look that found the same, and what it brought has ended by now. */
const arrange = async (end: 'failed' | 'skipped') => {
  const { context, hooks, hook, pushImage, say, verdicts, history } = await createDiscovery();
  pushImage('v1.1.0');
  if (end === 'failed') verdicts.set('v1.1.0', { type: 'failed', reason: 'it crashes', diagnosis: [] });
  else await say({ type: 'hold', app: 'app', environment: 'production', tag: '*' });
  await hook(hooks.image('v1.1.0'));
  if (end === 'skipped') await say({ type: 'unhold', app: 'app', environment: 'production', tag: '*' });
  const event: SourceEvent = {
    type: 'image-pushed',
    source: 'reconcile',
    delivery: 'x',
    image: 'docker.io/example/app',
    tag: 'v1.1.0',
    digest: digest('0'),
    actor: undefined,
  };
  return { context, event, candidates: candidatesOf('app', 'image', context), history };
};

describe('what was found', () => {
  it.each(['failed', 'skipped'] as const)('is no second attempt at what has %s by now', async (end) => {
    const { context, event, candidates, history } = await arrange(end);
    const before = await history();

    for (const candidate of candidates) await announce(event, candidate, { since: undefined }, context);

    expect(candidates).toHaveLength(1);
    expect(before).toEqual([`#1 release v1.1.0 ${end}`]);
    expect(await history()).toEqual(before);
  });
});
