import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../lib/cluster/deliver/delivery.ts';
import { generatedName } from '../../../lib/cluster/deliver/generated-name.ts';
import { goesFirst, hasFirstJobs, isDelivered } from '../../../lib/cluster/deliver/goes-first.ts';
import { jobsLeft, jobsNotFollowed } from '../../../lib/cluster/deliver/jobs-not-run.ts';
import { image } from '../support/fixture.ts';

const object = (kind: string, annotations: Record<string, unknown> = {}, tag = '3') => ({
  apiVersion: kind === 'Job' ? 'batch/v1' : kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name: 'migrate', annotations: annotations as Record<string, string> },
  spec: { template: { spec: { containers: [{ name: 'x', image: `acme/okeydokey:${tag}` }] } } },
});

const generated = ({ metadata: { annotations }, ...rest }: ReturnType<typeof object>) => ({
  ...rest,
  metadata: { generateName: 'migrate-', annotations },
});

const delivery = (objects: readonly unknown[], more: Partial<Delivery> = {}): Delivery => ({
  ...{ mode: 'apply', namespace: 'shop', image, tag: '3', changeCause: 'x' },
  files: [{ path: 'app.yml', text: objects.map((one) => JSON.stringify(one)).join('\n---\n') }],
  ...more,
});

describe('what goes first', () => {
  it.each([
    ['tagboat.dev/first', 'true', true],
    ['tagboat.dev/first', 'false', false],
    ['argocd.argoproj.io/sync-wave', '-1', true],
    ['argocd.argoproj.io/sync-wave', -5, true],
    ['argocd.argoproj.io/sync-wave', '0', false],
    ['argocd.argoproj.io/sync-wave', 'first', false],
    ['argocd.argoproj.io/hook', 'PreSync', true],
    ['argocd.argoproj.io/hook', 'PostSync', false],
    ['helm.sh/hook', 'pre-install,pre-upgrade', true],
    ['helm.sh/hook', 'post-install, pre-upgrade', true],
    ['helm.sh/hook', 'post-upgrade', false],
    ['example.com/first', 'true', false],
  ])('%s: %s is %j', (name, value, expected) => {
    expect(goesFirst(object('Job', { [name]: value }))).toBe(expected);
    expect(goesFirst(object('ConfigMap', { [name]: value }))).toBe(expected);
    expect(goesFirst(object('Deployment', { [name]: value }))).toBe(false);
  });

  const first = { 'tagboat.dev/first': 'true' };

  it('is waited for where a Job of the release is among it', () => {
    expect(hasFirstJobs(delivery([object('Deployment'), object('Job', first)]))).toBe(true);
    expect(hasFirstJobs(delivery([object('Job')]))).toBe(false);
    expect(hasFirstJobs(delivery([object('ConfigMap', first)]))).toBe(false);
    expect(hasFirstJobs(delivery([object('Job', first, '2')]))).toBe(false);
    expect(hasFirstJobs(delivery([object('Job', first)], { leavesJobs: true }))).toBe(false);
    expect(hasFirstJobs(delivery([object('Job', first)], { mode: 'agent' }))).toBe(false);
  });

  it('is one part of a delivery, and the rest the other', () => {
    const kinds = (part: Delivery['part']) =>
      [object('ConfigMap', first), object('Job', first), object('Job'), object('Deployment', first)]
        .filter((one) => isDelivered(one, delivery([], { part })))
        .map(({ kind }) => kind);
    expect(kinds('first')).toEqual(['ConfigMap', 'Job']);
    expect(kinds('rest')).toEqual(['Job', 'Deployment']);
    expect(kinds(undefined)).toHaveLength(4);
  });
});

describe('an undo', () => {
  it('leaves the Jobs of the release, and applies the others', () => {
    const objects = [object('Deployment'), object('Job'), object('Job', {}, '2')];
    const undo = delivery(objects, { leavesJobs: true });
    expect(jobsLeft(undo)).toEqual(['Job migrate']);
    expect(objects.map((one) => isDelivered(one, undo))).toEqual([true, false, true]);
    expect(jobsLeft(delivery(objects))).toEqual([]);
  });

  it('names none that never was, where each release has a Job of its own', () => {
    const undo = { leavesJobs: true, release: 'r2' };
    expect(jobsLeft(delivery([generated(object('Job'))], undo))).toEqual(['Job migrate-…']);
  });
});

describe.each(['set-image', 'agent'] as const)('%s: a Job that is not followed', (mode) => {
  const followed = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: 'migrate' };
  const named = (objects: readonly unknown[], delivered: readonly (typeof followed)[]) =>
    jobsNotFollowed(delivery(objects, { mode }), delivered);

  it('is named: with `generateName`, or where it is not in the cluster', () => {
    expect(named([generated(object('Job')), object('Deployment')], [])).toEqual(['Job migrate-…']);
    expect(named([object('Job'), 'replicas: 1'], [])).toEqual(['Job migrate']);
  });

  it('is none that is followed, nor one of another version', () => {
    expect(named([object('Job')], [followed])).toEqual([]);
    expect(named([object('Job', {}, '2'), generated(object('Job', {}, '2'))], [])).toEqual([]);
  });
});

describe('a generated name', () => {
  it('is that of the release', () => {
    expect(generatedName('migrate-', 'r1')).toBe(generatedName('migrate-', 'r1'));
    expect(generatedName('migrate-', 'r1')).not.toBe(generatedName('migrate-', 'r2'));
    expect(generatedName('migrate-', 'r1')).toMatch(/^migrate-[0-9a-f]{8}$/);
  });

  it('fits a label', () => {
    expect(generatedName('m'.repeat(80), 'r1')).toHaveLength(63);
  });
});
