import { describe, expect, it } from 'vitest';
import type { Release } from '../../../lib/release/model/release.ts';
import { releaseView } from '../../../lib/release/notify/release-view.ts';
import { actor } from '../../support/records.ts';
import { configWith, image } from '../support/context.ts';

const workload = { apiVersion: 'apps/v1', namespace: 'default', name: 'okeydokey' } as const;
const base: Release = {
  id: '01KARV0000000000000000000B',
  app: 'okeydokey',
  environment: 'production',
  kind: 'release',
  state: 'healthy',
  image,
  tag: 'v1.1.0',
  requestedBy: actor('github:octocat'),
  source: 'github',
  delivery: 'd',
  group: 'g',
  attempts: 0,
  commit: 'c0ffee',
  workloads: [{ ...workload, kind: 'Deployment' }],
  diagnosis: [{ cause: 'crash-loop', summary: 'it crashes', evidence: [], next: 'Read the log.' }],
  createdAt: '2026-11-23T12:00:00.000Z',
  updatedAt: '2026-11-23T12:01:00.000Z',
};
const undone: Release = { ...base, id: '01KARV0000000000000000000A', tag: 'v1.2.0', state: 'undone' };
const newer: Release = { ...base, id: '01KARV0000000000000000000C' };
const undo = { kind: 'undo', undoes: undone.id, holdsUndone: true } as const;
const pausedBy = { paused: { by: actor('slack:U024BE7LH'), at: 0 } } as const;

const view = (fields: Partial<Release> = {}, others: readonly Release[] = []) => {
  const release = { ...base, ...fields };
  const known = [...others, release, undone].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  return releaseView(release, known, configWith());
};

describe('what a release offers', () => {
  it.each<[string, Partial<Release>, readonly string[]]>([
    ['a release that is healthy', {}, ['undo']],
    ['a release that failed', { state: 'failed' }, ['undo']],
    ['a rollout', { state: 'rolling-out' }, ['pause', 'undo']],
    ['a rollout that is paused', { state: 'rolling-out', ...pausedBy }, ['resume', 'undo']],
    ['a rollout that waits at a step', { state: 'rolling-out', phase: 'paused' }, ['resume', 'undo']],
    [
      'a rollout whose old pods a person has to delete',
      { state: 'rolling-out', phase: 'waiting-for-person', paused: { by: { type: 'cluster' }, at: 0 } },
      ['pause', 'undo'],
    ],
    [
      'a rollout that Kubernetes cannot pause',
      { state: 'rolling-out', workloads: [{ ...workload, kind: 'DaemonSet' }] },
      ['undo'],
    ],
    ['an undo', undo, ['put-back']],
    ['an undo that rolls out', { ...undo, state: 'rolling-out' }, ['pause', 'put-back']],
    ['an undo of an undo', { ...undo, holdsUndone: undefined }, ['undo']],
    ['what is not written yet', { state: 'queued', commit: undefined }, []],
    ['what was undone', { state: 'undone' }, []],
  ])('%s', (_name, fields, offers) => {
    expect(view(fields).offers).toEqual(offers);
  });

  it('nothing, where it is not the current release any more', () => {
    expect(view({}, [newer]).offers).toEqual([]);
  });
});

it.each<[string, Partial<Release>, number]>([
  ['failed', { state: 'failed' }, 1],
  ['failed and was undone', { state: 'undone', undoneFrom: 'failed' }, 1],
  ['was healthy and was undone', { state: 'undone', undoneFrom: 'healthy' }, 0],
  ['is healthy', {}, 0],
])('shows the diagnosis of a release that %s', (_name, fields, count) => {
  expect(view(fields).diagnosis).toHaveLength(count);
});

it('does not call the moment of an undo the end of the rollout', () => {
  expect([view().endedAt, view({ state: 'undone' }).endedAt]).toEqual([
    Date.parse(base.updatedAt),
    undefined,
  ]);
});

it('says why a release had failed that was undone, and why one that failed is not undone', () => {
  const failure = { code: 'crash-loop', message: 'it crashes' };
  expect(view({ state: 'undone', failure, reason: { code: 'undone', by: actor('slack:U0') } }).reason).toBe(
    failure,
  );
  expect(view({ state: 'failed', notUndone: { code: 'x', message: 'nothing to go back to' } }).notes).toEqual(
    ['It is not undone by itself: nothing to go back to'],
  );
});
