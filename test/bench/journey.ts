import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { isUnderWay } from '../../lib/release/release.ts';
import type { ReleaseView } from '../../lib/release/view.ts';
import { deployment, type Project, startProject } from '../integration/support/project.ts';
import { showSpread, spreadOf, table } from './table.ts';

const runs = 15;
const image = 'example/app';

type Sample = {
  readonly answer: number;
  readonly commit: number;
  readonly verdict: number;
  /** Verdict less the moment kubectl ended; negative where we were first. */
  readonly behindKubectl: number | undefined;
};

const hasKubectl = (): boolean => spawnSync('kubectl', ['version', '--client']).status === 0;

const watchWithKubectl = (kubeconfig: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const args = ['--kubeconfig', kubeconfig, 'rollout', 'status', 'deployment/app', '--timeout=60s'];
    const child = spawn('kubectl', args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(performance.now()) : reject(new Error(`kubectl ended with ${code}`)),
    );
  });

const oneRelease = async (project: Project, tag: string, kubectl: boolean): Promise<Sample> => {
  await project.stack.registry.push(image, tag);
  const start = performance.now();
  const response = await project.pushTag(tag);
  const answer = performance.now() - start;
  const [recorded] = ((await response.json()) as { readonly releases: readonly { readonly id: string }[] })
    .releases;
  let commit = Number.NaN;
  let judge: Promise<number> | undefined;
  for (;;) {
    const release = (await (
      await fetch(`${project.stack.url}/releases/${recorded?.id}`)
    ).json()) as ReleaseView;
    if (release.commit !== null && Number.isNaN(commit)) commit = performance.now() - start;
    if (release.state === 'rolling-out' && kubectl) judge ??= watchWithKubectl(project.stack.kubeconfigPath);
    if (!isUnderWay(release.state)) {
      if (release.state !== 'healthy') throw new Error(`${tag} is ${release.state}: ${release.reason}`);
      const end = performance.now();
      const judged = await judge;
      return { answer, commit, verdict: end - start, behindKubectl: judged && end - judged };
    }
    await delay(5);
  }
};

/** Times of a release on the local stack: webhook answered, commit on the branch, verdict; and kubectl beside it. */
export const benchJourney = async (): Promise<string> => {
  const kubectl = hasKubectl();
  const project = await startProject({
    image,
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': deployment('app', `${image}:v1.0.0`, 3) },
    clusterTimings: { pullMs: 150, startMs: 100, readyMs: 300, terminateMs: 150 },
  });
  try {
    await project.stack.registry.push('example/proxy', 'v1');
    await oneRelease(project, 'v1.0.1', false);
    const samples: Sample[] = [];
    for (let run = 0; run < runs; run++) samples.push(await oneRelease(project, `v1.1.${run}`, kubectl));
    const column = (pick: (sample: Sample) => number | undefined) =>
      samples.map(pick).filter((value) => value !== undefined);
    const behind = column(({ behindKubectl }) => behindKubectl);
    return table(
      ['on the local stack, three replicas, Git tag', 'ms'],
      [
        ['hook answered', showSpread(spreadOf(column(({ answer }) => answer)))],
        ['commit on the branch', showSpread(spreadOf(column(({ commit }) => commit)))],
        ['verdict recorded', showSpread(spreadOf(column(({ verdict }) => verdict)))],
        [
          'verdict, after `kubectl rollout status` of the same rollout ended',
          behind.length === 0 ? 'no kubectl' : showSpread(spreadOf(behind)),
        ],
      ],
    );
  } finally {
    await project.close();
  }
};
