import { describe, expect, it } from 'vitest';
import type { Notification } from '../../lib/notifiers/notifier.ts';
import { viewOf } from '../../lib/notifiers/slack-view.ts';

const base: Notification = {
  id: '01KARV0000000000000000000A',
  app: 'okeydokey',
  environment: 'production',
  kind: 'release',
  state: 'healthy',
  image: 'docker.io/devopswithkubernetes/okeydokey',
  tag: 'v1.1.0',
  requestedBy: 'github:octocat',
  diagnosis: [{ summary: 'it crashes', evidence: [], next: 'Read the log.' }],
  stands: true,
  canPause: true,
  startedAt: 0,
  endedAt: 60_000,
  notify: {},
};
const pausedBy = { paused: { by: 'slack:U024BE7LH', at: 0 } } as const;

describe('what a message offers', () => {
  it.each<[string, Partial<Notification>, readonly string[]]>([
    ['a release that is healthy', {}, ['undo']],
    ['a release that failed', { state: 'failed' }, ['undo']],
    ['a rollout', { state: 'rolling-out' }, ['pause', 'undo']],
    ['a rollout that is paused', { state: 'rolling-out', ...pausedBy }, ['resume', 'undo']],
    ['a rollout that Kubernetes cannot pause', { state: 'rolling-out', canPause: false }, ['undo']],
    ['an undo', { kind: 'undo', undoneTag: 'v1.2.0' }, ['put-back']],
    [
      'an undo that rolls out',
      { kind: 'undo', undoneTag: 'v1.2.0', state: 'rolling-out' },
      ['pause', 'put-back'],
    ],
    ['an undo of an undo', { kind: 'undo' }, ['undo']],
    ['what stands no more', { stands: false }, []],
    ['what is not written yet', { state: 'queued' }, []],
    ['what was undone', { state: 'undone' }, []],
  ])('%s', (_name, fields, offers) => {
    expect(viewOf({ ...base, ...fields }).offers).toEqual(offers);
  });
});

it.each<[string, Partial<Notification>, number]>([
  ['failed', { state: 'failed' }, 1],
  ['failed and was undone', { state: 'undone', undoneFrom: 'failed' }, 1],
  ['was healthy and was undone', { state: 'undone', undoneFrom: 'healthy' }, 0],
  ['is healthy', {}, 0],
])('shows the diagnosis of a release that %s', (_name, fields, count) => {
  expect(viewOf({ ...base, ...fields }).diagnosis).toHaveLength(count);
});

it('does not call the moment of an undo the end of the rollout', () => {
  expect([viewOf(base).endedAt, viewOf({ ...base, state: 'undone' }).endedAt]).toEqual([60_000, undefined]);
});
