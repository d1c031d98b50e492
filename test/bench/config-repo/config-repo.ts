import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createGitServer } from '../../../infra/local/emulators/git-server/git-server.ts';
import { showSpread, spreadOf, table } from '../table.ts';
import { writeWithGit, writeWithSparseGit } from './git-cli.ts';
import { buildRepository, description } from './repository.ts';
import { difference, serve, type Traffic } from './server.ts';

const runs = 9;
/** For those that take seconds. */
const fewRuns = 5;
const latencies = [0, 40] as const;

type Sample = { readonly ms: number; readonly megabytes: number | undefined; readonly traffic: Traffic };
type Door = Awaited<ReturnType<typeof serve>>;
type Method = (door: Door, tag: string) => Promise<Sample>;

const inProcess =
  (write: (url: string, tag: string) => Promise<void>): Method =>
  async (door, tag) => {
    const before = door.traffic();
    const start = performance.now();
    await write(door.url, tag);
    const ms = performance.now() - start;
    return { ms, megabytes: undefined, traffic: difference(before, door.traffic()) };
  };

const inChild =
  (method: string): Method =>
  async (door, tag) => {
    const child = fork(path.join(import.meta.dirname, 'measured.ts'), [method, door.url, tag]);
    const exited = once(child, 'exit');
    const failed = exited.then(([code]): never => {
      throw new Error(`${method} ended with ${code}`);
    });
    failed.catch(() => {});
    await Promise.race([once(child, 'message'), failed]);
    const before = door.traffic();
    child.send('go');
    const [sample] = await Promise.race([once(child, 'message'), failed]);
    const traffic = difference(before, door.traffic());
    await exited;
    return { ...(sample as { readonly ms: number; readonly megabytes: number }), traffic };
  };

const methods = {
  'git clone --depth 1, edit, commit, push': { runs: fewRuns, write: inProcess(writeWithGit) },
  'git, sparse (`--filter=blob:none --sparse`, one directory)': {
    runs: fewRuns,
    write: inProcess(writeWithSparseGit),
  },
  'isomorphic-git, depth 1': { runs: fewRuns, write: inChild('isomorphic') },
  'isomorphic-git, no checkout, trees by hand': { runs, write: inChild('isomorphic-by-hand') },
  'Tagboat, cold': { runs, write: inChild('cold') },
  'Tagboat, warm': { runs, write: inChild('warm') },
} satisfies Readonly<Record<string, { readonly runs: number; readonly write: Method }>>;

type Name = keyof typeof methods;
const names = Object.keys(methods) as readonly Name[];

const medianOf = (samples: readonly Sample[], pick: (sample: Sample) => number): number =>
  spreadOf(samples.map(pick)).median;

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

const rowOf = (name: Name, byLatency: readonly (readonly Sample[])[]): readonly string[] => {
  const [near = []] = byLatency;
  const memory = near.flatMap(({ megabytes }) => megabytes ?? []);
  return [
    name,
    ...byLatency.map((samples) => showSpread(spreadOf(samples.map(({ ms }) => ms)))),
    String(medianOf(near, ({ traffic }) => traffic.requests)),
    kilobytes(medianOf(near, ({ traffic }) => traffic.down)),
    kilobytes(medianOf(near, ({ traffic }) => traffic.up)),
    memory.length === 0 ? '' : spreadOf(memory).median.toFixed(0),
  ];
};

/** One line changed in one file of a large config repo, in six ways, in turns. */
export const benchConfigRepo = async (): Promise<string> => {
  const repository = await buildRepository();
  const git = createGitServer({ directory: repository.directory });
  const doors = await Promise.all(latencies.map((latency) => serve(git, latency)));
  const samples = new Map<Name, Sample[][]>(names.map((name) => [name, latencies.map(() => [])]));
  try {
    for (let run = 0; run < runs; run += 1)
      for (const [index, door] of doors.entries())
        for (const [nth, name] of names.entries())
          if (run < methods[name].runs)
            samples
              .get(name)
              ?.[index]?.push(await methods[name].write(door, `v9.${run}.${index * 10 + nth}`));
  } finally {
    await Promise.all(doors.map((door) => door.close()));
    await repository.remove();
  }
  const times = (name: Name): readonly number[] =>
    (samples.get(name) ?? []).map((one) => medianOf(one, ({ ms }) => ms));
  const against = names.slice(0, 4);
  const ratios = (['Tagboat, cold', 'Tagboat, warm'] as const).flatMap((mine) =>
    latencies.map((latency, index) => [
      `${mine}, +${latency} ms`,
      ...against.map((other) => ((times(other)[index] ?? 0) / (times(mine)[index] ?? 1)).toFixed(1)),
    ]),
  );
  return `${description}; one line of one file changed and pushed.

${table(
  [
    '',
    ...latencies.map((latency) => `ms, +${latency} ms a request`),
    'requests',
    'KB down',
    'KB up',
    'peak memory, MB',
  ],
  names.map((name) => rowOf(name, samples.get(name) ?? [])),
)}

How many times as long the others take:

${table(['than', 'git clone --depth 1', 'git, sparse', 'isomorphic-git', 'isomorphic-git, no checkout'], ratios)}`;
};
