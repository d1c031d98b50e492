import { expect, it } from 'vitest';
import { releaseInBadWeather } from './suite.ts';

it('loses and doubles none of 150 releases, whatever befalls their steps', async () => {
  expect(await releaseInBadWeather({ releases: 150, apps: 12 })).toMatchObject({
    'release healthy': expect.any(Number),
    'release superseded': expect.any(Number),
  });
});
