import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { kubeconfigFor, selfSignedCertificate } from '../src/index.ts';
import { apps, core, digest, type Options, openCluster } from './support.ts';

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const hasKubectl = (process.env.PATH ?? '')
  .split(delimiter)
  .some((directory) => isExecutable(join(directory, 'kubectl')));

export type Result = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A kubectl that runs. */
type Running = {
  /** Until it has printed that, or has ended. */
  said(words: string): Promise<void>;
  readonly ended: Promise<Result>;
  stop(): void;
};

const start = (args: readonly string[], input: string | undefined): Running => {
  const child = spawn('kubectl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  let changed = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    changed.resolve();
    changed = Promise.withResolvers();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // It may end before it has read all.
  child.stdin.on('error', () => undefined).end(input ?? '');
  let isEnded = false;
  const ended = new Promise<Result>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      isEnded = true;
      changed.resolve();
      resolve({ code, stdout, stderr });
    });
  });
  return {
    said: async (words) => {
      while (!stdout.includes(words) && !isEnded) await changed.promise;
    },
    ended,
    stop: () => {
      // It would answer a gentler signal with an exit code of its own.
      child.kill('SIGKILL');
    },
  };
};

/** A registry that keeps images whose tag begins with `held` to itself until they are let go. */
const createRegistry = () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gateOf = (tag: string): PromiseWithResolvers<void> => {
    const gate = gates.get(tag) ?? Promise.withResolvers<void>();
    gates.set(tag, gate);
    return gate;
  };
  return {
    resolveImage: async (reference: string) => {
      const tag = reference.split(':').at(-1) ?? '';
      if (tag.startsWith('held')) await gateOf(tag).promise;
      return tag.startsWith('missing') ? undefined : { digest };
    },
    letGo: (tag: string): void => gateOf(tag).resolve(),
  };
};

/** An embedded cluster over TLS with a kubeconfig, and kubectl on it. */
export const openKubectl = async (options: Options = {}) => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-cluster-kubectl-'));
  const { resolveImage, letGo } = createRegistry();
  const test = await openCluster({ resolveImage, ...options });
  const certificate = selfSignedCertificate(['127.0.0.1']);
  const server = createServer(certificate, test.cluster.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = kubeconfigFor({
    ...{ server: origin, token: test.cluster.token },
    certificateAuthority: certificate.cert,
  });
  const file = join(directory, 'kubeconfig');
  writeFileSync(file, kubeconfig);
  const started: Running[] = [];
  const close = async (): Promise<void> => {
    for (const running of started) running.stop();
    await test.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true, force: true });
  };

  /** A namespace of its own, and kubectl in it. */
  const enter = async () => {
    const namespace = `test-${randomBytes(4).toString('hex')}`;
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    // Discovery is asked for once in all namespaces.
    const always = ['--kubeconfig', file, '--cache-dir', join(directory, 'cache'), '-n', namespace];
    const follow = (command: string, input?: unknown): Running => {
      const text = input === undefined ? undefined : JSON.stringify(input);
      const running = start([...always, ...command.split(' ')], text);
      started.push(running);
      return running;
    };
    const run = (command: string, input?: unknown): Promise<Result> => follow(command, input).ended;
    return {
      ...test,
      ...{ namespace, follow, run, letGo },
      /** Standard output; fails where kubectl does. */
      kubectl: async (command: string, input?: unknown): Promise<string> => {
        const { code, stdout, stderr } = await run(command, input);
        if (code !== 0) throw new Error(`kubectl ${command}: exit ${code}: ${stdout}${stderr}`);
        return stdout;
      },
      apps: (plural: string, name?: string) => apps(plural, name, namespace),
      core: (plural: string, name?: string) => core(plural, name, namespace),
    };
  };
  return { ...test, enter, kubeconfig, close };
};

/** The same, gone when the test is. */
export const startKubectl = async (options: Options = {}) => {
  const opened = await openKubectl(options);
  onTestFinished(opened.close);
  return opened;
};

export type Kubectl = Awaited<ReturnType<Awaited<ReturnType<typeof openKubectl>>['enter']>>;
