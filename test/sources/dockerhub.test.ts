import { expect, test } from 'vitest';
import { dockerhub } from '../../lib/sources/dockerhub.ts';
import { arrived } from '../contract/senders.ts';

const parse = (payload: unknown) => dockerhub.parse(arrived(JSON.stringify(payload), {}), {});
const payload = (
  push: Record<string, unknown> = {},
  repoName: unknown = 'devopswithkubernetes/okeydokey',
) => ({
  callback_url: 'https://registry.hub.docker.com/u/x/y/hook/z/',
  push_data: { pushed_at: 1417566161, pusher: 'trustedbuilder', tag: '0.0.3', ...push },
  repository: { repo_name: repoName },
});
const event = {
  type: 'image-pushed',
  source: 'dockerhub',
  delivery: 'dockerhub:1417566161',
  image: 'docker.io/devopswithkubernetes/okeydokey',
  tag: '0.0.3',
  digest: undefined,
  actor: 'trustedbuilder',
  pushedAt: 1_417_566_161_000,
};

test.each([
  ['as documented', payload(), event],
  [
    'pushed_at as a float',
    JSON.parse(JSON.stringify(payload()).replace('1417566161', '1.417566161e+09')),
    event,
  ],
  [
    'pushed_at with a fraction',
    payload({ pushed_at: 1417566161.25 }),
    { ...event, delivery: 'dockerhub:1417566161.25', pushedAt: 1_417_566_161_250 },
  ],
  ['no pushed_at', payload({ pushed_at: undefined }), { ...event, delivery: 'unknown', pushedAt: undefined }],
  ['no pusher', payload({ pusher: '' }), { ...event, actor: undefined }],
  ['a pusher without end', payload({ pusher: 'x'.repeat(500_000) }), { ...event, actor: undefined }],
  ['a pusher with half a character', payload({ pusher: 'x\ud800' }), { ...event, actor: undefined }],
  ['a pusher that is no text', payload({ pusher: { name: 'x' } }), { ...event, actor: undefined }],
  ['an official image', payload({}, 'busybox'), { ...event, image: 'docker.io/library/busybox' }],
  [
    'a namespace like a host stays on Docker Hub',
    payload({}, 'ghcr.io/x'),
    { ...event, image: 'docker.io/ghcr.io/x' },
  ],
])('an image push: %s', (_name, body, expected) => {
  expect(parse(body)).toEqual({ events: [expected], ignored: [] });
});

test.each([null, ''])('a push without a tag is ignored: %j', (tag) => {
  expect(parse(payload({ tag }))).toEqual({
    events: [],
    ignored: [
      { reason: 'no-tag', message: 'docker.io/devopswithkubernetes/okeydokey was pushed without a tag' },
    ],
  });
});

test.each([
  ['a tag that is none', payload({ tag: 'a b' })],
  ['a tag with a digest', payload({ tag: `v1@sha256:${'a'.repeat(64)}` })],
  ['a name with a tag', payload({}, 'x/y:v1')],
  ['a name that climbs', payload({}, '../x')],
  ['a name in capitals', payload({}, 'X/Y')],
  ['a name that is none', payload({}, 7)],
])('refused: %s', (_name, body) => {
  expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'payload-invalid' }));
});
