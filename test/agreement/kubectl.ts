import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { WorkloadRef } from '../../lib/cluster/objects.ts';
import type { AgreementCluster } from './cluster.ts';

/** `KUBECTL` names another one than the path's: kubectl has many versions, and all of them are to be agreed with. */
const program = process.env.KUBECTL ?? 'kubectl';

export const hasKubectl = spawnSync(program, ['version', '--client']).status === 0;

/** For the name of a suite, so that a report says why it was not run. */
export const unlessInstalled = hasKubectl ? '' : ' (skipped: kubectl is not installed)';

export type KubectlSays = {
  readonly code: number | null;
  readonly lines: readonly string[];
  /** What it wrote to stderr, but for warnings. */
  readonly error: string;
  /** As `performance.now()` has it. */
  readonly endedAt: number;
};

/** `kubectl rollout status` of one workload. */
export const runKubectl = async (
  cluster: Pick<AgreementCluster, 'kubeconfigFile' | 'cacheDirectory'>,
  ref: WorkloadRef,
  options: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<KubectlSays> => {
  const child = spawn(
    program,
    [
      ...['--kubeconfig', cluster.kubeconfigFile, '--cache-dir', cluster.cacheDirectory],
      ...['-n', ref.namespace, 'rollout', 'status', `${ref.kind.toLowerCase()}/${ref.name}`, ...options],
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
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
  });
  const errors = error.split('\n').filter((line) => line.startsWith('error:') || line.startsWith('Error'));
  return { code, lines, error: errors.join('\n'), endedAt: performance.now() };
};
