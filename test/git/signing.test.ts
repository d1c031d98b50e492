import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommitSigner, openRemote } from '../../lib/git/remote.ts';
import { author, change, meta } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';
import { git } from './support/repository.ts';
import { hasSshKeygen, makeKey, unlessInstalled } from './support/ssh-keys.ts';

const execute = promisify(execFile);
/** With nobody's configuration. */
const nobody = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
const repositories = useRepositories();

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagboat-keys-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A commit by way of the server, signed with the key. */
const push = async (key: string, message = meta.message) => {
  const { name, bare } = await repositories.create();
  const remote = openRemote({
    url: `${repositories.server().origin}/${name}.git`,
    branch: 'main',
    sign: createCommitSigner(key, 'configRepos/okeydokey/signingKey'),
  });
  await (await remote.tip()).commit(change('README.md', 'signed\n'), { ...meta, message });
  return bare;
};

/** Git's own judgement, with the key allowed for the committer. */
const verifyWith = async (bare: string, path: string, ...args: readonly string[]): Promise<string> => {
  const allowed = `${path}.allowed`;
  await writeFile(allowed, `${author.email} namespaces="git" ${await readFile(`${path}.pub`, 'utf8')}`);
  const settings = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${allowed}`];
  const { stdout, stderr } = await execute('git', ['-C', bare, ...settings, ...args], { env: nobody });
  return stdout + stderr;
};

const rawCommit = (bare: string): string =>
  execFileSync('git', ['-C', bare, 'cat-file', 'commit', 'main']).toString();

describe.skipIf(!hasSshKeygen)(`a signed commit${unlessInstalled}`, () => {
  it.each([
    ['ed25519', 'ED25519', ['-t', 'ed25519']],
    ['rsa', 'RSA', ['-t', 'rsa', '-b', '3072']],
    ['rsa-pkcs8', 'RSA', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
    ['rsa-pem', 'RSA', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['ecdsa-256', 'ECDSA', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa-384', 'ECDSA', ['-t', 'ecdsa', '-b', '384']],
    ['ecdsa-521', 'ECDSA', ['-t', 'ecdsa', '-b', '521']],
  ])('is genuine to git: %s', async (name, type, args) => {
    const path = join(directory, name);
    const bare = await push(await makeKey(path, ...args));

    const words = `Good "git" signature for ${author.email} with ${type} key SHA256:`;
    expect(await verifyWith(bare, path, 'log', '-1', '--show-signature', 'main')).toContain(words);
    expect(await verifyWith(bare, path, 'verify-commit', 'main')).toContain(words);
    expect(await verifyWith(bare, path, 'log', '-1', '--format=%G? %GS', 'main')).toBe(`G ${author.email}\n`);
    expect(await git(bare, 'fsck', '--strict', '--full')).toBe('');
  });

  it('is not genuine with the key of somebody else', async () => {
    await makeKey(join(directory, 'other'), '-t', 'ed25519');
    const bare = await push(await makeKey(join(directory, 'mine'), '-t', 'ed25519'));

    const verdict = verifyWith(bare, join(directory, 'other'), 'verify-commit', 'main');

    await expect(verdict).rejects.toMatchObject({ stderr: expect.stringContaining('No principal matched.') });
  });

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
  ])('is the one that `git commit -S` makes, to the byte: %s', async (name, args) => {
    const path = join(directory, `same-${name}`);
    const message = 'Release okeydokey 1.2.0\n\nGrüße\n\nRelease: 01J\n';
    const bare = await push(await makeKey(path, ...args), message);
    const person = { NAME: author.name, EMAIL: author.email, DATE: `${meta.time / 1000} +0000` };
    const env = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) =>
        Object.entries(person).map(([key, value]) => [`GIT_${role}_${key}`, value]),
      ),
    );

    const settings = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${path}`];
    const committing = execute(
      'git',
      ['-C', bare, ...settings, 'commit-tree', '-S', '-p', 'main~', '-m', message.trimEnd(), 'main^{tree}'],
      { env: { ...nobody, ...env } },
    );

    expect((await committing).stdout.trim()).toBe(await git(bare, 'rev-parse', 'main'));
  });
});

describe('a commit', () => {
  it('has the signature behind the committer, its lines set in by a space', async () => {
    const { name, bare } = await repositories.create();
    const before = await git(bare, 'rev-parse', 'main');
    const signed: string[] = [];
    const remote = openRemote({
      url: `${repositories.server().origin}/${name}.git`,
      branch: 'main',
      sign: (commit) => {
        signed.push(Buffer.from(commit).toString());
        return '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n';
      },
    });

    await (await remote.tip()).commit(change('README.md', 'signed\n'), meta);

    const head = [
      `tree ${await git(bare, 'rev-parse', 'main^{tree}')}`,
      `parent ${before}`,
      'author Tagboat <tagboat@example.com> 1772600767 +0000',
      'committer Tagboat <tagboat@example.com> 1772600767 +0000',
    ];
    const header = ['gpgsig -----BEGIN SSH SIGNATURE-----', ' AAAA', ' -----END SSH SIGNATURE-----'];
    const rest = ['', 'Release okeydokey 1.2.0', ''];
    expect(signed).toEqual([[...head, ...rest].join('\n')]);
    expect(rawCommit(bare)).toBe([...head, ...header, ...rest].join('\n'));
    expect(await git(bare, 'fsck', '--strict', '--full')).toBe('');
  });

  it('has none where there is no key', async () => {
    const { name, bare } = await repositories.create();
    const remote = openRemote({ url: `${repositories.server().origin}/${name}.git`, branch: 'main' });

    await (await remote.tip()).commit(change('README.md', 'unsigned\n'), meta);

    expect(rawCommit(bare)).not.toContain('gpgsig');
  });
});
