import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeOf } from '../../lib/git/commit-object.ts';
import { type CommitSigner, createCommitSigner, openRemote } from '../../lib/git/remote.ts';
import { withoutConfiguration } from './support/environment.ts';
import { type Exported, exportToGit } from './support/memory-export.ts';
import type { MemoryRepository } from './support/memory-repository.ts';
import { author, change, meta } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';
import { git, gitBytes } from './support/repository.ts';
import { runCommand } from './support/shell.ts';
import { convertKey, hasSshKeygen, makeKey, unlessInstalled } from './support/ssh-keys.ts';

const repositories = useRepositories();

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagboat-keys-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A commit by way of the server. */
const push = async (sign: CommitSigner | undefined, message = meta.message): Promise<MemoryRepository> => {
  const { name, repository } = repositories.create();
  const url = `${repositories.server().origin}/${name}.git`;
  const tip = await openRemote({ url, branch: 'main', sign }).tip();
  await tip.commit(change('README.md', 'signed\n'), { ...meta, message });
  return repository;
};

const pushWith = (key: string, message?: string): Promise<MemoryRepository> =>
  push(createCommitSigner(key, 'configRepos/okeydokey/signingKey'), message);

/** Git's own judgement, with these keys allowed for the committer. */
const verifyWith = async (
  bare: string,
  paths: readonly string[],
  ...args: readonly string[]
): Promise<string> => {
  const allowed = join(directory, 'allowed');
  const lines = paths.map(async (path) => {
    const publicKey = await readFile(`${path}.pub`, 'utf8');
    return `${author.email} namespaces="git" ${publicKey}`;
  });
  await writeFile(allowed, (await Promise.all(lines)).join(''));
  const settings = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${allowed}`];
  const { status, stdout, stderr } = await runCommand({
    command: ['git', '-C', bare, ...settings, ...args],
    env: withoutConfiguration,
  });
  return `${stdout}${stderr}${status === 0 ? '' : `status ${status}`}`;
};

const rawCommit = (repository: MemoryRepository): string =>
  repository.objects.get(repository.tip())?.data.toString() ?? '';

const kinds = [
  ['ed25519', 'ED25519', ['-t', 'ed25519']],
  ['rsa', 'RSA', ['-t', 'rsa', '-b', '3072']],
  ['rsa-pkcs8', 'RSA', 'PKCS8'],
  ['rsa-pem', 'RSA', 'PEM'],
  ['ecdsa-256', 'ECDSA', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa-384', 'ECDSA', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa-521', 'ECDSA', ['-t', 'ecdsa', '-b', '521']],
] as const;

describe.skipIf(!hasSshKeygen)(`a signed commit${unlessInstalled}`, () => {
  const keys = new Map<string, string>();
  const pathOf = (name: string): string => join(directory, name);
  let exported: Exported;
  let log: string;
  let verified: string;
  // Every key is made once, and Git looks at all commits at a time: the processes are what takes the time here
  beforeAll(async () => {
    const commits: Record<string, MemoryRepository> = {};
    for (const [name, , how] of kinds) {
      const path = pathOf(name);
      const key =
        typeof how === 'string' ? await convertKey(pathOf('rsa'), path, how) : await makeKey(path, ...how);
      keys.set(name, key);
      commits[name] = await pushWith(key, `Signed with ${name}`);
    }
    exported = await exportToGit(commits);
    const paths = kinds.map(([name]) => pathOf(name));
    const tips = kinds.map(([name]) => `${name}/main`);
    const format = ['--no-walk=unsorted', '--format=%s is %G? %GS'];
    log = await verifyWith(exported.bare, paths, 'log', '--show-signature', ...format, ...tips);
    verified = await verifyWith(exported.bare, paths, 'verify-commit', ...tips);
  });
  afterAll(() => exported?.[Symbol.asyncDispose]());

  it.each(kinds)('is genuine to git: %s', async (name, type) => {
    const [, publicKey = ''] = (await readFile(`${pathOf(name)}.pub`, 'utf8')).split(' ');
    const fingerprint = createHash('sha256').update(publicKey, 'base64').digest('base64').replace('=', '');
    const words = `Good "git" signature for ${author.email} with ${type} key SHA256:${fingerprint}\n`;

    expect(log).toContain(`${words}Signed with ${name} is G ${author.email}\n`);
    expect(verified).toContain(words);
  });

  it('is nothing that git fsck complains about', async () => {
    // Other tests make commits of their own in it
    expect(await git(exported.bare, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
  });

  it('is not genuine with another person’s key', async () => {
    const verdict = await verifyWith(exported.bare, [pathOf('rsa')], 'verify-commit', 'ed25519/main');

    expect(verdict).toMatch(/No principal matched\.\n.*status 1$/s);
  });

  it.each(['ed25519', 'rsa'])('is the one that `git commit -S` makes, to the byte: %s', async (name) => {
    const message = 'Release okeydokey 1.2.0\n\nGrüße\n\nRelease: 01J\n';
    const repository = await pushWith(keys.get(name) ?? '', message);
    const [, parent = ''] = repository.history();
    const tree = treeOf(Buffer.from(rawCommit(repository)));
    const person = { NAME: author.name, EMAIL: author.email, DATE: `${meta.time / 1000} +0000` };
    const env = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) =>
        Object.entries(person).map(([key, value]) => [`GIT_${role}_${key}`, value]),
      ),
    );

    const settings = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${pathOf(name)}`];
    const args = ['commit-tree', '-S', '-p', parent, '-m', message.trimEnd(), tree];
    const committed = await gitBytes(exported.bare, [...settings, ...args], { env });

    expect(committed.toString().trim()).toBe(repository.tip());
  });
});

describe('a commit', () => {
  it('has the signature behind the committer, its lines set in by a space', async () => {
    const signed: string[] = [];

    const repository = await push((commit) => {
      signed.push(Buffer.from(commit).toString());
      return '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n';
    });

    const head = [
      `tree ${repository.entry('')?.oid}`,
      `parent ${repository.history()[1]}`,
      'author Tagboat <tagboat@example.com> 1772600767 +0000',
      'committer Tagboat <tagboat@example.com> 1772600767 +0000',
    ];
    const header = ['gpgsig -----BEGIN SSH SIGNATURE-----', ' AAAA', ' -----END SSH SIGNATURE-----'];
    const rest = ['', 'Release okeydokey 1.2.0', ''];
    expect(signed).toEqual([[...head, ...rest].join('\n')]);
    expect(rawCommit(repository)).toBe([...head, ...header, ...rest].join('\n'));
    await using exported = await exportToGit({ '': repository });
    expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
  });

  it('has none where there is no key', async () => {
    expect(rawCommit(await push(undefined))).not.toContain('gpgsig');
  });
});
