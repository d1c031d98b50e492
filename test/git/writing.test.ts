import { describe, expect, it } from 'vitest';
import { exportToGit } from './support/memory-export.ts';
import { asked, author, bytes, change, meta, openMain, time } from './support/remote-fixture.ts';
import { useRepositories } from './support/repositories.ts';
import { git } from './support/repository.ts';

const repositories = useRepositories();

const refused = (code: string) => expect.objectContaining({ code });

describe('writing', () => {
  it('makes one commit that Git finds nothing wrong with', async () => {
    const { name, repository } = repositories.create();
    const before = repository.tip();
    const tip = await openMain(repositories.server(), name).tip();

    const outcome = await tip.commit(change('deployment/deployment.yml', 'image: okeydokey:1.1.0\n'), {
      message: 'Release okeydokey 1.1.0\r\n\r\nTagboat-Release: 01J\n\n',
      author: { name: 'Mona <Lisa>\n', email: 'mona@example.com' },
      committer: author,
      time,
      timezone: '+0200',
    });

    expect(outcome).toEqual({ type: 'pushed', commit: repository.tip() });
    await using exported = await exportToGit({ '': repository });
    expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
    const format = '%P%n%an <%ae> %ai%n%cn <%ce> %ci%n%B';
    expect(await git(exported.bare, 'log', '-1', `--format=${format}`, 'main')).toBe(
      [
        before,
        'Mona Lisa <mona@example.com> 2026-03-04 07:06:07 +0200',
        'Tagboat <tagboat@example.com> 2026-03-04 07:06:07 +0200',
        'Release okeydokey 1.1.0',
        '',
        'Tagboat-Release: 01J',
        '',
      ].join('\n'),
    );
    expect(await git(exported.bare, 'diff', '--stat=60', before, 'main')).toBe(
      [' deployment/deployment.yml | 2 +-', ' 1 file changed, 1 insertion(+), 1 deletion(-)'].join('\n'),
    );
  });

  it('keeps modes, and writes new files and directories in their places', async () => {
    const { name, repository } = repositories.create();
    const tip = await openMain(repositories.server(), name).tip();

    await tip.commit(
      new Map([
        ['deployment/deploy.sh', bytes('#!/bin/bash\n')],
        ['deployment.yml', bytes('new\n')],
        ['deployment/a/b/c.yml', bytes('new\n')],
        ['zebra/grüße.yml', bytes('new\n')],
      ]),
      meta,
    );

    await using exported = await exportToGit({ '': repository });
    expect(await git(exported.bare, 'fsck', '--strict', '--full')).toBe('');
    expect(
      await git(exported.bare, '-c', 'core.quotePath=false', 'diff', '--raw', '--abbrev=4', 'main~', 'main'),
    ).toBe(
      [
        ':000000 100644 0000 3e75 A\tdeployment.yml',
        ':000000 100644 0000 3e75 A\tdeployment/a/b/c.yml',
        ':100755 100755 1a24 a9bf M\tdeployment/deploy.sh',
        ':000000 100644 0000 3e75 A\tzebra/grüße.yml',
      ].join('\n'),
    );
  });

  it('leaves symlinks, submodules, old modes and names that are not UTF-8 as they are', async () => {
    const { name, repository } = repositories.create();
    const blob = repository.entry('README.md')?.oid ?? '';
    const commit = repository.tip();
    const odd = Buffer.concat([Buffer.from('100664 \xff\xfe\n\0', 'latin1'), Buffer.from(blob, 'hex')]);
    const entries = [
      Buffer.concat([Buffer.from('100644 a.yml\0'), Buffer.from(blob, 'hex')]),
      Buffer.concat([Buffer.from('120000 link\0'), Buffer.from(blob, 'hex')]),
      Buffer.concat([Buffer.from('160000 sub\0'), Buffer.from(commit, 'hex')]),
      odd,
    ];
    const before = Buffer.concat(entries);
    const person = 'Mona <mona@example.com> 1767323045 +0000';
    const commitOf = `tree ${repository.put('tree', before)}\nauthor ${person}\ncommitter ${person}\n\nodd\n`;
    repository.refs.set('refs/heads/main', repository.put('commit', Buffer.from(commitOf)));
    const tip = await openMain(repositories.server(), name).tip();

    const found = await tip.files(['**']);
    await tip.commit(change('a.yml', 'changed\n'), meta);

    expect(found.map(({ path }) => path)).toEqual(['a.yml']);
    expect(await tip.links(['**'])).toEqual(['link']);
    const changed = Buffer.from(repository.entry('a.yml')?.oid ?? '', 'hex');
    const at = before.indexOf(0) + 1;
    const expected = Buffer.concat([before.subarray(0, at), changed, before.subarray(at + 20)]);
    expect(repository.objects.get(repository.entry('')?.oid ?? '')?.data).toEqual(expected);
  });

  it('pushes nothing where nothing changes', async () => {
    const { name, repository } = repositories.create();
    const before = repository.tip();
    const tip = await openMain(repositories.server(), name).tip();

    const outcome = await tip.commit(change('deployment/service.yml', 'kind: Service\n'), meta);

    expect(outcome).toEqual({ type: 'pushed', commit: before });
    expect(asked(repositories.server())).not.toContain('POST /git-receive-pack');
  });

  it.each([
    { path: '../outside.yml', why: 'it holds `.` or `..`' },
    { path: 'a/../b.yml', why: 'it holds `.` or `..`' },
    { path: '/etc/passwd', why: 'it is absolute' },
    { path: '.git/config', why: 'it leads into `.git`' },
    { path: 'sub/.GIT/hooks/post-checkout', why: 'it leads into `.git`' },
    { path: 'sub/.g\u200cit/config', why: 'it leads into `.git`' },
    { path: 'GIT~1/config', why: 'it leads into `.git`' },
    { path: 'a//b.yml', why: 'it holds an empty component' },
    { path: 'a\0b', why: 'it holds a NUL' },
    { path: '', why: 'it is empty' },
    { path: 'deployment', why: 'it is not a regular file' },
    { path: 'deployment/link.yml', why: 'it is not a regular file' },
    { path: 'linked/service.yml', why: 'it is not a directory' },
    { path: 'README.md/x.yml', why: 'it is not a directory' },
  ])('refuses to write $path', async ({ path, why }) => {
    const { name, repository } = repositories.create();
    const before = repository.tip();
    const tip = await openMain(repositories.server(), name).tip();

    const attempt = tip.commit(change(path, 'x'), meta);

    await expect(attempt).rejects.toThrow(refused('manifest-path-refused'));
    await expect(attempt).rejects.toThrow(why);
    expect(repository.tip()).toBe(before);
  });

  it.each([{ paths: ['new', 'new/file'] }, { paths: ['new/file', 'new'] }])(
    'refuses to write $paths at once',
    async ({ paths }) => {
      const { name } = repositories.create();
      const tip = await openMain(repositories.server(), name).tip();

      const attempt = tip.commit(new Map(paths.map((path) => [path, bytes('x')])), meta);

      await expect(attempt).rejects.toThrow(refused('manifest-path-refused'));
    },
  );
});
