import { readFileSync } from 'node:fs';
import { connect } from '../../../lib/cluster/connect/connect.ts';
import { deliver } from '../../../lib/cluster/deliver/deliver.ts';
import { watchRollout } from '../../../lib/cluster/watch/watch-rollout.ts';
import type { Stack } from '../stack/types.ts';
import { currentTag, listReleases, nextTag, readManifests, type Target, tagsOf } from './target.ts';

/** How long the first rollout of the example may take, in milliseconds. */
const patienceMs = 60_000;

/**
 * Makes what a release finds there: the current version in the registry and in the cluster. All of it is there
 * already at the second start.
 * @returns what runs now, what the play releases, and whether the cluster was empty and got the manifests of the config repo
 */
export const prepare = async (stack: Stack, target: Target) => {
  const manifests = await readManifests(target);
  const current = currentTag(target, manifests) ?? 'v0.0.3';
  const releases = await listReleases(stack, { app: target.app, environment: target.environmentName });
  const { good, tried } = tagsOf(releases);
  const next = nextTag([current, ...good], tried);
  if ((await stack.registry.digestOf(target.imagePath, current)) === undefined && releases.length === 0)
    await stack.registry.push(target.imagePath, current);
  const installed = releases.length === 0 && (await install(stack, target, current, manifests));
  return { current, next, installed };
};

/** Applies the manifests as a first installation by hand would. Server-side apply: where they are there already, nothing happens. */
const install = async (
  stack: Stack,
  target: Target,
  tag: string,
  files: readonly { readonly path: string; readonly text: string }[],
): Promise<boolean> => {
  const cluster = connect({ kubeconfig: readFileSync(stack.kubeconfigPath, 'utf8') });
  const { image } = target;
  const delivery = {
    mode: 'apply' as const,
    namespace: target.environment.namespace,
    image,
    tag,
    files,
    changeCause: `${target.app} ${tag}, installed by hand`,
  };
  const workloads = await deliver(cluster, delivery);
  const deadline = Date.now() + patienceMs;
  const watched = await watchRollout(cluster, {
    workloads,
    image,
    tag,
    mode: 'apply',
    deadline,
    until: deadline,
  });
  return watched.type === 'healthy';
};
