import { expect, it } from 'vitest';
import { releaseInBadWeather } from './suite.ts';

it('loses and doubles none of 10,000 releases, whatever befalls their steps', async () => {
  const outcomes = await releaseInBadWeather({ releases: 10_000, apps: 40 });
  process.stdout.write(`10,000 releases: ${JSON.stringify(outcomes)}\n`);
  // Everything that a release can come to was among them.
  expect(Object.keys(outcomes)).toEqual(
    expect.arrayContaining([
      'release healthy',
      'release failed',
      'release superseded',
      'release skipped',
      'release undone',
      'undo healthy',
      'undo superseded',
    ]),
  );
});
