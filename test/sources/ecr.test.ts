import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { receiveEvent } from '../../lib/app/receive-event.ts';
import type { SourceConfig } from '../../lib/config/types.ts';
import { ecr } from '../../lib/sources/ecr.ts';
import { testChangedEvents } from './support/changed-ecr-events.ts';

type Event = { readonly detail: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;
/** As the documentation has them: `origin` in the file. */
const documented = JSON.parse(
  readFileSync(new URL('../fixtures/webhooks/ecr.json', import.meta.url), 'utf8'),
) as Readonly<Record<'push' | 'deletion' | 'scan' | 'replication' | 'pullThroughCache', Event>>;
const { push } = documented;

const account = '123456789012';
const config: SourceConfig = { accounts: [account] };
const withDetail = (detail: Readonly<Record<string, unknown>>): Event => ({
  ...push,
  detail: { ...push.detail, ...detail },
});
const reasonsOf = (event: unknown, given = config) =>
  ecr.parse(event, given).ignored.map(({ reason, message }) => `${reason}: ${message}`);

test('the documented push names the image as its account and region have it, with its digest', () => {
  expect(ecr.parse(push, config)).toEqual({
    events: [
      {
        type: 'image-pushed',
        source: 'ecr',
        delivery: '13cde686-328b-6117-af20-0e5566167482',
        image: '123456789012.dkr.ecr.us-west-2.amazonaws.com/my-repository-name',
        tag: 'latest',
        digest: 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234',
        actor: undefined,
        pushedAt: Date.parse('2019-11-16T01:54:34Z'),
      },
    ],
    ignored: [],
  });
});

test('a repository with a path, in China', () => {
  const event = { ...withDetail({ 'repository-name': 'team/app' }), region: 'cn-north-1' };
  expect(ecr.parse(event, config).events).toMatchObject([
    { image: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app' },
  ]);
});

test('a digest that is none is not taken: the registry is asked', () => {
  for (const digest of [undefined, '', 'latest'])
    expect(ecr.parse(withDetail({ 'image-digest': digest }), config).events).toMatchObject([
      { tag: 'latest', digest: undefined },
    ]);
});

test.each<[string, unknown, string]>([
  ['a deletion', documented.deletion, 'not-a-push: the action is DELETE, and no push'],
  ['a push that failed', withDetail({ result: 'FAILURE' }), 'not-a-push: the push did not succeed'],
  [
    'a platform of an index',
    withDetail({ 'image-tag': undefined }),
    'no-tag: the image was pushed without a tag',
  ],
  ['an empty tag', withDetail({ 'image-tag': '' }), 'no-tag: the image was pushed without a tag'],
  ['a tag that is none', withDetail({ 'image-tag': '../x' }), 'not-an-image: the event names no image'],
  [
    'a name with a tag in it',
    withDetail({ 'repository-name': 'a:b' }),
    'not-an-image: the event names no image',
  ],
  ['a name that climbs', withDetail({ 'repository-name': '../a' }), 'not-an-image: the event names no image'],
  [
    'a name of another host',
    withDetail({ 'repository-name': '/ghcr.io/a' }),
    'not-an-image: the event names no image',
  ],
  ['no detail', { ...push, detail: null }, 'not-an-image: the event has no image as an ECR Image Action has'],
  ['a scan', documented.scan, 'event-not-used: only events of the type ECR Image Action are used'],
  [
    'a replication',
    documented.replication,
    'event-not-used: only events of the type ECR Image Action are used',
  ],
  [
    'a pull through cache',
    documented.pullThroughCache,
    'event-not-used: only events of the type ECR Image Action are used',
  ],
  [
    'another account',
    { ...push, account: '999999999999' },
    'not-of-this-source: the account 999999999999 does not count here',
  ],
])('ignored: %s', (_name, event, reason) => {
  expect(ecr.parse(event, config).events).toEqual([]);
  expect(reasonsOf(event)).toEqual([reason]);
});

test('a region that is not listed does not count', () => {
  expect(reasonsOf(push, { ...config, regions: ['us-west-2'] })).toEqual([]);
  expect(reasonsOf(push, { ...config, regions: ['eu-central-1'] })).toEqual([
    'not-of-this-source: the region us-west-2 does not count here',
  ]);
});

test('without accounts nothing counts', () => {
  expect(reasonsOf(push, {})).toEqual(['not-of-this-source: the account 123456789012 does not count here']);
});

test.each([
  ['null', null],
  ['another sender', { ...push, source: 'acme.ecr' }],
  ['no account', { ...push, account: undefined }],
  ['an account that is none', { ...push, account: '1.evil.net/' }],
  ['a region that is none', { ...push, region: 'evil.net/us-west-2' }],
])('refused: %s', (_name, event) => {
  expect(() => ecr.parse(event, config)).toThrow(expect.objectContaining({ code: 'payload-invalid' }));
});

testChangedEvents(300);

describe('the sources of tagboat.yml', () => {
  const image = '123456789012.dkr.ecr.us-west-2.amazonaws.com/my-repository-name';
  const received = (sources: Readonly<Record<string, SourceConfig>>) =>
    receiveEvent(push, 'ecr', { sources }).map(({ source, parsed }) => [source, parsed.events.length]);

  test('of that type each read the event', () => {
    expect(
      received({
        github: { secret: 'kms:A' },
        ecr: { accounts: [account] },
        acme: { type: 'ecr', accounts: ['999999999999'] },
      }),
    ).toEqual([
      ['ecr', 1],
      ['acme', 0],
    ]);
  });

  test('announce what they list, and what nobody else lists', () => {
    expect(
      received({
        ecr: { accounts: [account] },
        acme: { type: 'ecr', accounts: [account], images: [image] },
        shop: { type: 'ecr', accounts: [account], images: ['ghcr.io/acme/shop'] },
      }),
    ).toEqual([
      ['ecr', 0],
      ['acme', 1],
      ['shop', 0],
    ]);
  });

  test('of which none is of that type read nothing', () => {
    expect(received({ github: { secret: 'kms:A' } })).toEqual([]);
  });
});
