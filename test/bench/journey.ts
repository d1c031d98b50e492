import { setTimeout as delay } from 'node:timers/promises';
import type { ApiRelease } from '../../lib/release/api/view.ts';
import { isUnderWay } from '../../lib/release/model/release.ts';
import { deployment, type Project, startProject } from '../integration/support/project.ts';
import { benchLag } from './lag.ts';
import { showSpread, spreadOf, table } from './table.ts';

const runs = 15;
const image = 'example/app';

type Sample = {
  readonly answer: number;
  readonly commit: number;
  readonly verdict: number;
};

const oneRelease = async (project: Project, tag: string): Promise<Sample> => {
  await project.stack.registry.push(image, tag);
  const start = performance.now();
  const response = await project.pushTag(tag);
  const answer = performance.now() - start;
  const [recorded] = ((await response.json()) as { readonly releases: readonly { readonly id: string }[] })
    .releases;
  let commit = Number.NaN;
  for (;;) {
    const release = (await (
      await fetch(`${project.stack.url}/releases/${recorded?.id}`)
    ).json()) as ApiRelease;
    if (release.commit !== null && Number.isNaN(commit)) commit = performance.now() - start;
    if (!isUnderWay(release.state)) {
      if (release.state !== 'healthy') throw new Error(`${tag} is ${release.state}: ${release.reason}`);
      return { answer, commit, verdict: performance.now() - start };
    }
    await delay(5);
  }
};

const benchTimes = async (): Promise<string> => {
  const project = await startProject({
    image,
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': deployment('app', `${image}:v1.0.0`, 3) },
    clusterTimings: { pullMs: 150, startMs: 100, readyMs: 300, terminateMs: 150 },
  });
  try {
    await project.stack.registry.push('example/proxy', 'v1');
    await oneRelease(project, 'v1.0.1');
    const samples: Sample[] = [];
    for (let run = 0; run < runs; run++) samples.push(await oneRelease(project, `v1.1.${run}`));
    const column = (pick: (sample: Sample) => number) => showSpread(spreadOf(samples.map(pick)));
    return table(
      ['on the local stack, three replicas, Git tag', 'ms'],
      [
        ['hook answered', column(({ answer }) => answer)],
        ['commit on the branch', column(({ commit }) => commit)],
        ['verdict recorded', column(({ verdict }) => verdict)],
      ],
    );
  } finally {
    await project.close();
  }
};

/** Times of a release on the local stack: webhook answered, commit on the branch, verdict; and the verdict’s lag beside kubectl’s. */
export const benchJourney = async (): Promise<string> => `${await benchTimes()}\n\n${await benchLag()}`;
