import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';
import { showSpread, spreadOf, table } from './table.ts';

const project = path.join(import.meta.dirname, '..', '..');
const runs = 15;

/** Loads a bundle in a Node of its own and prints how long that took, and what it took at the most. */
const probe = `
const start = process.hrtime.bigint();
require(process.argv[1]);
const ms = Number(process.hrtime.bigint() - start) / 1e6;
console.log(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
`;

const measure = (
  bundle: string,
): { readonly ms: readonly number[]; readonly megabytes: readonly number[] } => {
  const samples = Array.from({ length: runs }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', probe, bundle], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${bundle} does not load: ${stderr}`);
    return JSON.parse(stdout) as { readonly ms: number; readonly megabytes: number };
  });
  return { ms: samples.map(({ ms }) => ms), megabytes: samples.map(({ megabytes }) => megabytes) };
};

/** Bytes, import time and memory of every function, bundled as it is deployed, next to an empty one. */
export const benchBundles = async (): Promise<string> => {
  const { functions } = parse(await readFile(path.join(project, 'serverless.yml'), 'utf8')) as {
    readonly functions: Readonly<Record<string, { readonly handler: string }>>;
  };
  const load = createRequire(import.meta.url)('../../infra/aws/esbuild.cjs') as () => Promise<
    BuildOptions & Record<'packager' | 'exclude' | 'concurrency', unknown>
  >;
  const { packager: _packager, exclude: _exclude, concurrency: _concurrency, ...options } = await load();
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-bench-'));
  try {
    const empty = path.join(directory, 'empty.js');
    await writeFile(empty, '');
    const base = measure(empty);
    const baseMs = spreadOf(base.ms).median;
    const rows: string[][] = [];
    for (const [name, { handler }] of Object.entries(functions)) {
      const outfile = path.join(directory, `${name}.js`);
      const entry = path.join(project, `${handler.replace(/\.[^.]+$/, '')}.ts`);
      await build({ ...options, entryPoints: [entry], outfile, logLevel: 'error' });
      const { ms, megabytes } = measure(outfile);
      rows.push([
        name,
        String(Math.round((await stat(outfile)).size / 1024)),
        showSpread(spreadOf(ms.map((one) => one - baseMs))),
        showSpread(spreadOf(megabytes)),
      ]);
    }
    rows.push(['(an empty file)', '0', '0', showSpread(spreadOf(base.megabytes))]);
    return table(['function', 'KB', 'import, ms', 'peak memory, MB'], rows);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
