import { expect, test } from 'vitest';
import { isSlackUrl, slackApi } from '../../lib/slack/hosts.ts';

test.each([
  [false, 'https://slack.com/api'],
  [true, 'https://slack-gov.com/api'],
])('the Web API, of GovSlack or not: %s', (gov, url) => {
  expect(slackApi(gov)).toBe(url);
});

test('both have a host for what answers a command', () => {
  expect(
    ['slack.com', 'slack-gov.com'].map((host) => isSlackUrl(`https://hooks.${host}/commands/1`)),
  ).toEqual([true, true]);
});
