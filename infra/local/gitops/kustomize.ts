import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Snapshot } from '../../../lib/git/remote.ts';
import { redact } from '../../../lib/redact.ts';
import { everythingIn, type Kustomizations } from './kustomizations.ts';
import type { Built } from './types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A base on another host may have to be cloned. */
const buildTimeoutMs = 60_000;

/** Programs that build a Kustomization: the file, and what it is called with. */
const tools = [
  { name: 'kubectl kustomize', program: 'kubectl', args: ['kustomize'] },
  { name: 'kustomize', program: 'kustomize', args: ['build'] },
] as const;

type Tool = { readonly name: string; readonly file: string; readonly args: readonly string[] };

/** The first of the tools that is on the path. */
const findTool = (env: Environment): Tool | undefined =>
  tools
    .flatMap(({ name, program, args }) =>
      (env.PATH ?? '')
        .split(path.delimiter)
        .filter((directory) => directory !== '')
        .map((directory) => ({ name, file: path.join(directory, program), args })),
    )
    .find(({ file }) => isExecutable(file));

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Builds the roots of Kustomizations with the Kustomize that is installed, in a copy of the directories that they read.
 * @param env where `PATH` is looked up
 * @returns the manifests that come out, one text a root; none where there is no tool, or one of the roots cannot be built
 */
export const buildKustomizations = async (
  snapshot: Snapshot,
  { roots, directories }: Pick<Kustomizations, 'roots' | 'directories'>,
  env: Environment,
  signal: AbortSignal,
): Promise<{ readonly built: Built; readonly manifests: readonly string[] }> => {
  const tool = findTool(env);
  if (tool === undefined) return { built: { type: 'no-tool' }, manifests: [] };
  const checkout = await mkdtemp(path.join(tmpdir(), 'tagboat-kustomize-'));
  try {
    for (const file of await snapshot.files(directories.flatMap(everythingIn))) {
      const copy = path.join(checkout, ...file.path.split('/'));
      await mkdir(path.dirname(copy), { recursive: true });
      await writeFile(copy, await snapshot.read(file));
    }
    const manifests: string[] = [];
    for (const root of roots) {
      const { code, output, said } = await run(tool, path.join(checkout, root), env, signal);
      if (code !== 0) {
        const words = said.replaceAll(`${checkout}/`, '').replaceAll(/\s*\n\s*/g, ' ');
        return { built: { type: 'failed', tool: tool.name, message: redact(words.trim()) }, manifests: [] };
      }
      manifests.push(output);
    }
    return { built: { type: 'built', tool: tool.name, directories: roots }, manifests };
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
};

const run = async ({ file, args }: Tool, directory: string, env: Environment, signal: AbortSignal) => {
  const child = spawn(file, [...args, directory], {
    env: { PATH: env.PATH, HOME: env.HOME, TMPDIR: env.TMPDIR, GIT_TERMINAL_PROMPT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(buildTimeoutMs)]),
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const [code, output, said] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return {
    code,
    output,
    said: said === '' && code === null ? `did not end in ${buildTimeoutMs / 1000} s` : said,
  };
};
