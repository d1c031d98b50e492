import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Burst, startBurst } from '../integration/support/burst.ts';
import { table } from './table.ts';

const apps = 100;
const bursts = 3;

type Measured = {
  readonly answered: number;
  readonly written: number;
  readonly pushes: number;
  readonly healthy: number;
};

/** Notes when the branch moves, without asking anybody: the file of the ref. */
const watchBranch = (bare: string) => {
  const read = (): string => readFileSync(path.join(bare, 'refs', 'heads', 'config'), 'utf8');
  let current = read();
  let movedAt = performance.now();
  let moves = 0;
  const timer = setInterval(() => {
    const now = read();
    if (now === current) return;
    current = now;
    movedAt = performance.now();
    moves += 1;
  }, 2);
  return {
    stop: () => {
      clearInterval(timer);
      return { movedAt, moves };
    },
  };
};

const measure = async (burst: Burst, tag: string): Promise<Measured> => {
  await burst.pushImages(tag);
  const branch = watchBranch(burst.bare);
  const start = performance.now();
  try {
    await burst.hooks(tag);
    const answered = performance.now() - start;
    await burst.stack.idle({ timeoutMs: 90_000 });
    const healthy = performance.now() - start;
    const states = await burst.states();
    if (states.some((state) => state !== 'healthy')) throw new Error(`a burst ended with ${states}`);
    const { movedAt, moves } = branch.stop();
    return { answered, written: movedAt - start, pushes: moves, healthy };
  } finally {
    branch.stop();
  }
};

/** The hooks of many apps at once, one config repo, on the local stack: how long, and how many commits. */
export const benchBurst = async (): Promise<string> => {
  const burst = await startBurst(apps);
  try {
    const measured: Measured[] = [];
    const commits: number[] = [await burst.commits()];
    for (let nth = 1; nth <= bursts; nth += 1) {
      measured.push(await measure(burst, `v1.${nth}.0`));
      commits.push(await burst.commits());
    }
    const row = (what: string, pick: (one: Measured, index: number) => number) => [
      what,
      ...measured.map((one, index) => String(Math.round(pick(one, index)))),
    ];
    return table(
      [
        `${apps} apps, ${apps} hooks at once`,
        'first burst',
        ...measured.slice(1).map((_, nth) => `${nth + 2}.`),
      ],
      [
        row('last hook answered, ms', ({ answered }) => answered),
        row('last commit pushed, ms', ({ written }) => written),
        row('all rollouts healthy and told, ms', ({ healthy }) => healthy),
        row('commits', (_, index) => (commits[index + 1] ?? 0) - (commits[index] ?? 0)),
        row('pushes that moved the branch', ({ pushes }) => pushes),
      ],
    );
  } finally {
    await burst.close();
  }
};
