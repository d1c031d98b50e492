import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isInstalled } from '../support/installed.ts';
import type { Judge } from './judge.ts';

/** `KUBECTL` names another one than the path's: kubectl has many versions, and all of them are to be agreed with. */
const program = process.env.KUBECTL ?? 'kubectl';

export const hasKubectl = isInstalled(program);

/** For the name of a suite, so that a report says why it was not run. */
export const unlessInstalled = hasKubectl ? '' : ' (skipped: kubectl is not installed)';

/** `kubectl rollout status` of one workload. */
export const kubectl: Judge = (cluster, ref, onLine = () => undefined) => {
  const child = spawn(
    program,
    [
      ...['--kubeconfig', cluster.kubeconfigFile, '--cache-dir', cluster.cacheDirectory],
      ...['-n', ref.namespace, 'rollout', 'status', `${ref.kind.toLowerCase()}/${ref.name}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  let error = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
  });
  return {
    says: ended.then((code) => {
      const errors = error
        .split('\n')
        .filter((line) => line.startsWith('error:') || line.startsWith('Error'));
      return { code, lines, error: errors.join('\n') };
    }),
    stop: () => {
      // It would answer a gentler signal with an exit code of its own.
      child.kill('SIGKILL');
    },
  };
};
