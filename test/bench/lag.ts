import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type WorkloadKind, workloadsPath } from '../../lib/cluster/objects/objects.ts';
import { rolloutStatus } from '../../lib/cluster/status/rollout-status.ts';
import type { ApiRelease } from '../../lib/release/api/view.ts';
import { isUnderWay } from '../../lib/release/model/release.ts';
import { type Access, accessThrough } from '../agreement/access.ts';
import { manifest } from '../agreement/comparison.ts';
import { hasKubectl, kubectl } from '../agreement/kubectl.ts';
import { type Project, startProject } from '../integration/support/project.ts';
import { showSpread, spreadOf, table } from './table.ts';

const rounds = 9;
const image = 'example/app';
const kinds: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Milliseconds since the API server sent the version that is done. */
type Sample = { readonly verdict: number; readonly kubectl: number };

/** Waits, by a watch that neither of the two has a part in, for the workload to carry the image, and to be done with it. */
const follow = async (access: Access, kind: WorkloadKind, reference: string, signal: AbortSignal) => {
  const carries = Promise.withResolvers<void>();
  const done = Promise.withResolvers<number>();
  await access.watch(
    workloadsPath(kind, 'default'),
    ({ object }) => {
      const isReleased = object.spec.template.spec.containers[0]?.image === reference;
      if (isReleased) carries.resolve();
      if (isReleased && rolloutStatus({ ...object, kind }).type === 'done') done.resolve(performance.now());
    },
    signal,
  );
  return { carries: carries.promise, done: done.promise };
};

const verdictOf = async (project: Project, id: string | undefined): Promise<number> => {
  for (;;) {
    const release = (await (await fetch(`${project.stack.url}/releases/${id}`)).json()) as ApiRelease;
    if (release.state === 'healthy') return performance.now();
    if (!isUnderWay(release.state)) throw new Error(`${release.tag} is ${release.state}: ${release.reason}`);
    await delay(2);
  }
};

/** @returns undefined where kubectl came too late to have waited */
const oneRound = async (
  project: Project,
  access: Access,
  kind: WorkloadKind,
  tag: string,
): Promise<Sample | undefined> => {
  const stop = new AbortController();
  const { carries, done } = await follow(access, kind, `${image}:${tag}`, stop.signal);
  await project.stack.registry.push(image, tag);
  const answer = (await (await project.pushTag(tag)).json()) as { releases: readonly { id: string }[] };
  await carries;
  const directories = {
    kubeconfigFile: project.stack.kubeconfigPath,
    cacheDirectory: path.join(project.directory, 'kubectl'),
  };
  const ref = { apiVersion: 'apps/v1', kind, namespace: 'default', name: 'app' };
  const judge = kubectl({ ...access, ...directories }, ref).says.then((says) => ({
    ...says,
    endedAt: performance.now(),
  }));
  const start = await done;
  const verdict = await verdictOf(project, answer.releases[0]?.id);
  const { code, error, lines, endedAt } = await judge;
  stop.abort();
  if (code !== 0) throw new Error(`kubectl ended with ${code}: ${error}`);
  return lines.length < 2 ? undefined : { verdict: verdict - start, kubectl: endedAt - start };
};

const samplesOf = async (kind: WorkloadKind): Promise<readonly Sample[]> => {
  const project = await startProject({
    image,
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': manifest(kind, 'app', `${image}:v1.0.0`, {}) },
    clusterTimings: { pullMs: 150, startMs: 100, readyMs: 300, terminateMs: 150 },
  });
  const access = accessThrough(await readFile(project.stack.kubeconfigPath, 'utf8'));
  try {
    // The first loads the functions, and kubectl's discovery.
    await oneRound(project, access, kind, 'v1.0.1');
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round++) {
      const sample = await oneRound(project, access, kind, `v1.1.${round}`);
      if (sample !== undefined) samples.push(sample);
    }
    return samples;
  } finally {
    access.close();
    await project.close();
  }
};

/** How long after the cluster was done the verdict stood in the record, beside `kubectl rollout status` of the same rollouts. */
export const benchLag = async (): Promise<string> => {
  if (!hasKubectl)
    return 'The lag of the verdict beside kubectl’s was not measured: kubectl is not installed.';
  const rows: (readonly string[])[] = [];
  for (const kind of kinds) {
    const samples = await samplesOf(kind);
    const show = (values: readonly number[], digits = 0) => showSpread(spreadOf(values), digits);
    rows.push([
      kind,
      String(samples.length),
      show(samples.map(({ verdict }) => verdict)),
      show(samples.map(({ kubectl }) => kubectl)),
      show(
        samples.map(({ verdict, kubectl }) => verdict / kubectl),
        1,
      ),
    ]);
  }
  return table(
    [
      'from the moment the API server sent the state that is done',
      'rounds',
      'verdict recorded, ms',
      '`kubectl rollout status` ended, ms',
      'ratio',
    ],
    rows,
  );
};
