import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createConfigRepos } from '../../lib/app/config-repos.ts';
import { createRuntime } from '../../lib/app/runtime.ts';
import type { Cluster } from '../../lib/cluster/connect/connect.ts';
import type { CommitConfig, Config } from '../../lib/config/types.ts';
import { silentLogger } from '../../lib/logger.ts';
import { processQueue } from '../../lib/release/commit/process-queue.ts';
import { lockGroupOf } from '../../lib/release/model/lock-group.ts';
import { useShell } from '../git/support/shell.ts';
import { hasSshKeygen, knownKey, openSshFile, string } from '../git/support/ssh-keys.ts';
import { startConfigRepo } from '../release/support/config-repo.ts';
import { configWith, createContext, requestFor } from '../release/support/context.ts';
import { memoryTable } from '../release/support/memory-table.ts';

useShell();

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const environment = {
  AWS_REGION: 'eu-central-1',
  TAGBOAT_TABLE: 'releases',
  TAGBOAT_RELEASES_QUEUE_URL: 'https://sqs.example.com/releases.fifo',
  TAGBOAT_ROLLOUTS_QUEUE_URL: 'https://sqs.example.com/rollouts',
  TAGBOAT_IMAGES_QUEUE_URL: 'https://sqs.example.com/images',
  TAGBOAT_NOTIFICATIONS_QUEUE_URL: 'https://sqs.example.com/notifications',
  TAGBOAT_COMMANDS_QUEUE_URL: 'https://sqs.example.com/commands',
  TAGBOAT_HOOKS_QUEUE_URL: 'https://sqs.example.com/hooks',
};

const manifest = (tag: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: okeydokey }
spec: { template: { spec: { containers: [{ name: okeydokey, image: devopswithkubernetes/okeydokey:${tag} }] } } }
`;

/** One release that waits for a config repo with that `commit:`, and the worker that is wired as when deployed. */
const arrange = async (commit: CommitConfig, signingKey: string) => {
  const repo = await startConfigRepo({ 'deployment/deployment.yml': manifest('1.0.0') });
  closers.push(repo.close);
  const okeydokey = { url: repo.url, branch: repo.branch, commit: { ...commit, signingKey: 'env:KEY' } };
  const config: Config = { ...configWith(), configRepos: { okeydokey } };
  const { context, record, store } = createContext(memoryTable(), config);
  const local = { baseDirectory: '/', env: { KEY: signingKey } };
  const runtime = createRuntime({
    env: environment,
    config,
    local,
    logger: silentLogger,
    clock: context.clock,
  });
  const group = lockGroupOf(okeydokey);
  const { release } = await record(requestFor('1.1.0', { group }), `work#${group}`);
  await processQueue(group, {
    ...context,
    openRemote: createConfigRepos(runtime),
    cluster: async () => ({}) as Cluster,
    preflight: async () => async () => undefined,
    deliver: async () => [],
    setPaused: async () => [],
  });
  return { repo, release: await store.require(release) };
};

/** What git says of the signature of the newest commit. */
const signatureOf = async (
  repo: Awaited<ReturnType<typeof startConfigRepo>>,
  key: KeyObject,
  who: string,
): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'tagboat-allowed-'));
  closers.push(() => rm(directory, { recursive: true }));
  const x = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  const publicKey = Buffer.concat([string('ssh-ed25519'), string(x)]).toString('base64');
  const allowed = join(directory, 'allowed');
  await writeFile(allowed, `${who} ssh-ed25519 ${publicKey}\n`);
  return repo.git(
    '-c',
    'gpg.format=ssh',
    '-c',
    `gpg.ssh.allowedSignersFile=${allowed}`,
    'log',
    '-1',
    '--format=%G? %GS',
    repo.branch,
  );
};

const mona = { name: 'Mona', email: 'mona@example.com' };
const bot = { name: 'Tagboat', email: 'tagboat@example.com' };

it('the worker names, words and signs its commits as tagboat.yml has it', async () => {
  const { repo, release } = await arrange(
    { author: mona, committer: bot, subject: 'deploy({environment}): {app} {tag}' },
    openSshFile(knownKey),
  );

  expect(release.state).toBe('rolling-out');
  expect(await repo.git('log', '-1', '--format=%an <%ae>%n%cn <%ce>%n%s', repo.branch)).toBe(
    'Mona <mona@example.com>\nTagboat <tagboat@example.com>\ndeploy(production): okeydokey 1.1.0',
  );
  expect(await repo.git('cat-file', 'commit', repo.branch)).toContain(
    '\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH',
  );
  expect(await repo.git('fsck', '--strict')).toBe('');
});

it.skipIf(!hasSshKeygen)('and git finds the signature genuine (skipped without ssh-keygen)', async () => {
  const { repo } = await arrange({ committer: bot }, openSshFile(knownKey));

  expect(await signatureOf(repo, knownKey, bot.email)).toBe(`G ${bot.email}`);
});

it('a key that cannot sign fails the release at once, and nothing is written', async () => {
  const { repo, release } = await arrange({}, openSshFile(knownKey, { cipher: 'aes256-ctr' }));

  expect(release).toMatchObject({
    state: 'failed',
    reason: {
      code: 'git-signing-key-invalid',
      message: 'configRepos/okeydokey/signingKey is encrypted with a passphrase; seal it without one',
    },
  });
  expect(await repo.commits()).toBe(1);
});
