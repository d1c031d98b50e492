import { createHash } from 'node:crypto';
import type { Cluster } from '../../../lib/cluster/connect/connect.ts';
import { fieldManager } from '../../../lib/cluster/deliver/apply.ts';
import type { Config } from '../../../lib/config/types.ts';
import type { Snapshot } from '../../../lib/git/remote.ts';
import type { LocalRegistry } from '../emulators/registry/registry.ts';
import { applyObjects } from './apply.ts';
import { imagesOf } from './images.ts';
import type { SynchroniseOptions } from './parts.ts';
import { type RenderOptions, render } from './render.ts';
import { removeStandIn, standInDeployment } from './stand-in.ts';
import type { Desired, Synced, Target } from './types.ts';

/** Under this name an agent's fields are recorded; those of `deliver: apply` are Tagboat's, as after a release. */
const agentFieldManager = 'local-agent';

type Means = RenderOptions & {
  readonly apps: Config['apps'];
  /** The embedded one. */
  readonly cluster: Cluster;
  readonly registry: LocalRegistry;
};

/**
 * Brings the embedded cluster to what a commit says about a target.
 * @throws TagboatError `git-…`, `manifest-…`, `cluster-…`
 */
export const synchronise = async (
  snapshot: Snapshot,
  target: Target,
  { apps, cluster, registry, ...means }: Means,
  options: SynchroniseOptions,
): Promise<Synced> => {
  const { objects: own, ...desired } = await render(snapshot, target, means);
  const { standIn } = desired;
  const objects = standIn === undefined ? own : [...own, standInDeployment(standIn)];
  const fingerprint = createHash('sha256').update(JSON.stringify(objects)).digest('hex');
  if (options.applied === fingerprint) return { type: 'unchanged', target };
  if (options.imagesArePresent) await provideImages(apps, registry, objects);
  const { namespace, deliver } = target.environment;
  const manager = deliver === 'apply' ? fieldManager : agentFieldManager;
  const applied = await applyObjects(cluster, objects, { namespace, fieldManager: manager });
  if (standIn === undefined) await removeStandIn(cluster, namespace, target.app);
  return { type: 'applied', target, revision: snapshot.revision, fingerprint, applied, ...desired };
};

/** The images of the apps; of others the embedded cluster takes any. */
const provideImages = async (
  apps: Config['apps'],
  registry: LocalRegistry,
  objects: Desired['objects'],
): Promise<void> => {
  const names = new Set(Object.values(apps).map(({ image }) => image));
  for (const { name, path, tag, digest } of objects.flatMap(imagesOf))
    if (names.has(name)) await registry.provide(path, { tag, digest });
};
