import { describe, expect, it } from 'vitest';
import { edited, plainSecret, problemsOf } from './support.ts';

describe('one value wrong in the example', () => {
  it.each<[string, string, string, string]>([
    // Images and repositories
    [
      'an image with a tag',
      'devopswithkubernetes/okeydokey\n',
      'devopswithkubernetes/okeydokey:1.0\n',
      '19:12: write the image without a tag or digest: `devopswithkubernetes/okeydokey`',
    ],
    [
      'an image in upper case',
      'devopswithkubernetes/okeydokey\n',
      'DevOps/okeydokey:x y\n',
      '19:12: this is not an image; write `[host/]name`',
    ],
    [
      'an image that only wants lower case',
      'devopswithkubernetes/okeydokey\n',
      'ghcr.io/Org/app\n',
      '19:12: this is not an image; write `[host/]name` (did you mean `ghcr.io/org/app`?)',
    ],
    [
      'a repository without a host',
      'github.com/DevOps-with-Kubernetes/okeydokey\n',
      'DevOps/okeydokey\n',
      '20:17: the host is missing (did you mean `github.com/devops/okeydokey`?)',
    ],
    [
      'a repository that is none',
      'github.com/DevOps-with-Kubernetes/okeydokey\n',
      'okeydokey\n',
      '20:17: this is not a repository; write `host/owner/name`',
    ],
    [
      'a repository with credentials',
      'github.com/DevOps-with-Kubernetes/okeydokey\n',
      'https://u:hunter2@github.com/a/b\n',
      '20:17: credentials do not belong here; write `host/owner/name`',
    ],
    // Files
    ['no files', '[deployment/*.yml]', '[]', '26:16: at least one glob is required'],
    [
      'a path out of the repository',
      'deployment/*.yml',
      'a/../../b',
      '26:17: a path may not leave the repository',
    ],
    [
      'an absolute path',
      'deployment/*.yml',
      '/deployment/a.yml',
      '26:17: paths are relative to the repository: `deployment/a.yml`',
    ],
    ['a path from here', 'deployment/*.yml', './a.yml', '26:17: write it without `./`: `a.yml`'],
    [
      'a folder',
      'deployment/*.yml',
      'deployment/',
      '26:17: files are meant, not a folder: `deployment/*.yml`',
    ],
    ['an exclusion', 'deployment/*.yml', "'!a.yml'", '26:17: a glob says what is meant, not what is not'],
    [
      'a backslash',
      'deployment/*.yml',
      "'a\\b.yml'",
      '26:17: paths are written with `/`, and nothing is escaped',
    ],
    [
      'too many stars',
      'deployment/*.yml',
      "'*a*b*c*d*e'",
      '26:17: more than 4 times `*` in one place takes too long to match',
    ],
    ['an open bracket', 'deployment/*.yml', "'a[b.yml'", '26:17: a bracket of this glob is not closed'],
    // Times and namespaces
    [
      'a time without a unit',
      'timeout: 5m',
      'timeout: 300',
      '30:18: a text is expected here, not a number; put it in quotes',
    ],
    [
      'a time of no length',
      'timeout: 5m',
      'timeout: 0s',
      '30:18: write a time of at most a day as `90s`, `5m` or `1h`',
    ],
    [
      'a time of two days',
      'timeout: 5m',
      'imageTimeout: 48h',
      '30:23: write a time of at most a day as `90s`, `5m` or `1h`',
    ],
    [
      'a namespace in upper case',
      'namespace: default',
      'namespace: Default',
      '28:20: Kubernetes allows lower-case letters, digits and `-`, 63 at most',
    ],
    // URLs and branches
    [
      'a URL over http',
      'https://github.com',
      'http://github.com',
      '6:10: `http://` and `file://` work on the local stack only; write `https://…`',
    ],
    [
      'a URL with credentials',
      'https://github.com',
      'https://x:hunter2@github.com',
      '6:10: credentials do not belong into a URL; use `username` and a sealed `password`',
    ],
    [
      'a URL with a query',
      'okeydokey.git',
      'okeydokey.git?token=hunter2',
      '6:10: a URL without `?` and `#` is expected',
    ],
    [
      'an SSH URL',
      'https://github.com/DevOps-with-Kubernetes/okeydokey.git',
      'git@github.com:a/b.git',
      '6:10: SSH is not spoken here; write `https://github.com/a/b.git`',
    ],
    [
      'no URL',
      'https://github.com/DevOps-with-Kubernetes/okeydokey.git',
      'github.com/a/b',
      '6:10: this is not a URL; write `https://…`',
    ],
    ['a full ref', 'branch: config', 'branch: refs/heads/config', '7:13: write the branch alone: `config`'],
    ['no branch', 'branch: config', 'branch: a..b', '7:13: Git allows no branch of that name'],
    [
      'a user without a password',
      '    password: kms:…\nsources',
      'sources',
      '8:5: `username` without `password`',
    ],
    ['a password without a user', 'username: okeydokey-bot, ', '', '14:16: `password` without `username`'],
    [
      'a registry with a scheme',
      'docker.io:',
      'https://docker.io:',
      '14:3: `https://docker.io` is not the host of an image; write it as in `host[:port]/name`, without a scheme',
    ],
    [
      'a registry twice',
      'registries:\n',
      'registries:\n  index.docker.io: {}\n',
      '15:3: this is the same registry as `index.docker.io`',
    ],
    // Secrets
    [
      'a secret in clear',
      'password: kms:…\nsources',
      'password: hunter2\nsources',
      `9:15: ${plainSecret('configRepos/okeydokey/password')}`,
    ],
    ['a secret that is a number', 'token: kms:…', 'token: 12345678', `16:15: ${plainSecret('api/token')}`],
    [
      'a sealed value in two lines',
      'token: kms:… }',
      'token: "kms:abc def" }',
      '16:15: the reference is empty, or has spaces or line breaks in it; seal the value again: `tagboat seal api/token`',
    ],
    [
      'env: where deployed',
      'token: kms:…',
      'token: env:TOKEN',
      '16:15: `env:` and `file:` work on the local stack only; seal the value: `tagboat seal api/token`',
    ],
    [
      'file: where deployed',
      'kms:AQICAHh…',
      'file:kubeconfig.yml',
      '3:17: `env:` and `file:` work on the local stack only; seal the value: `tagboat seal clusters/production/kubeconfig`',
    ],
    // Slack
    [
      'a user by name',
      'U024BE7LH',
      "'@ada'",
      '15:49: this is not the id of a Slack user, such as `U024BE7LH`',
    ],
    [
      'a channel by name',
      'C0DEPLOYS',
      "'#deploys'",
      '15:72: this is not the id of a Slack channel, such as `C0DEPLOYS`',
    ],
    [
      'nobody allowed',
      '{ users: [U024BE7LH], channels: [C0DEPLOYS] }',
      '{ users: [] }',
      '15:32: this allows nobody; name `users` or `channels`',
    ],
    [
      'a channel without its sign',
      "'#deploys'",
      'deploys',
      '32:26: this is not a Slack channel; write `#name` or its id',
    ],
  ])('%s', (_, from, to, problem) => {
    expect(problemsOf(edited(from, to))).toEqual([`tagboat.yml:${problem}`]);
  });
});
