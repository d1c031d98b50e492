#!/usr/bin/env node
// `npm test`: lint, types, unit and integration tests. What it is given goes to vitest: `npm test -- --coverage`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import path from 'node:path';
import { childEnvironment, findNode, install, project } from './setup.mjs';

install();
const node = findNode();
const env = childEnvironment(node);
const bin = (...names) => path.join(project, 'node_modules', ...names);

/** What runs now; ended with this process. */
const children = new Set();
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    isEnding = true;
    for (const child of children) child.kill(signal);
    // They have what they were told; whoever does not listen is not waited for.
    const end = () => process.exit(128 + constants.signals[signal]);
    setTimeout(end, 5000).unref();
    Promise.all([...children].map((child) => once(child, 'close').catch(() => {}))).then(end);
  });

/** Runs a tool; its output comes in one piece at the end, or, for the last one, as it is made. */
const run = (name, args, live) =>
  new Promise((resolve) => {
    if (isEnding) return;
    const child = spawn(node, args, {
      cwd: project,
      env: live || process.stdout.isTTY !== true ? env : { ...env, FORCE_COLOR: '1' },
      stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    const end = (code, said) => {
      children.delete(child);
      if (!isEnding) resolve({ name, code, output: said });
    };
    child.on('error', (error) => end(1, error.message));
    child.on('close', (code) => end(code ?? 1, output));
  });

const checks = await Promise.all([
  run('lint', [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']),
  run('types', [bin('typescript', 'bin', 'tsc'), '--noEmit']),
]);
for (const { name, code, output } of checks) {
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name}\n`);
  if (code !== 0) process.stdout.write(`${output}\n`);
}
const tests = await run('tests', [bin('vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)], true);
const failed = [...checks, tests].filter(({ code }) => code !== 0).map(({ name }) => name);
if (failed.length > 0) process.stdout.write(`\n✗ failed: ${failed.join(', ')}\n`);
process.exit(failed.length === 0 ? 0 : 1);
