import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { onTestFailed, onTestFinished } from 'vitest';
import { createBareRepository } from '../../../infra/local/emulators/git-server/create-repository.ts';
import type { RoleCall } from '../../../infra/local/runtime/iam/role.ts';
import { startStack } from '../../../infra/local/stack/stack.ts';
import { secretSlots } from '../../../lib/config/slots.ts';
import { seal } from '../../../lib/secrets/seal.ts';
import { knownKey, openSshFile } from '../../git/support/ssh-keys.ts';
import { keepLog } from './log.ts';
import { temporaryDirectory } from './process.ts';
import { fastPods } from './stack.ts';
import { deployment } from './tagboat-yml.ts';

export const githubSecret = 'the secret of the GitHub webhook';
export const githubToken = 'the token for the API of GitHub';
export const apiToken = 'the-token-of-the-api';
export const notificationSecret = 'the secret of the notifications';
export const signingSecret = 'the signing secret of the Slack app';

const environment = (app: string, name: string, lines: string): string =>
  `{ configRepo: config, files: [${app}/${name}.yml], cluster: production, onFailure: undo, timeout: 2m, notify: { slack: '#deploys' }, ${lines} }`;

/** An app that is looked at, whose environments and Git repository have one name, and its config repo another. */
const foundApp = `
  found:
    image: docker.io/example/found
    repository: git.example.com/found
    reconcile: { every: 1s }
    environments:
      production: { on: tag-push, tags: { semver: '*' }, configRepo: other, files: [production.yml], cluster: production }
      staging: { on: image-push, tags: { semver: '*' }, configRepo: other, files: [staging.yml], cluster: production }
`;

const tagboatYml = (
  apps: readonly string[],
  repository: string,
  registry: string,
  gitHost: string,
): string => `
clusters: { production: { kubeconfig: 'env:KUBECONFIG_TEXT' } }
gitHosts: { git.example.com: { endpoint: '${gitHost}', password: 'env:GIT_PASSWORD' } }
configRepos:
  other: { url: '${gitHost}/config.git', branch: config, password: 'env:OTHER_PASSWORD' }
  config: { url: 'file://${repository}', branch: config, commit: { signingKey: 'env:SIGNING_KEY' } }
sources:
  github: { secret: 'env:GITHUB_SECRET', redelivery: { token: 'env:GITHUB_TOKEN' } }
  dockerhub: { key: 'env:HUB_KEY' }
  distribution: { secret: 'env:NOTIFICATION_SECRET', host: ${roleHost} }
  mirror: { type: distribution, secret: 'env:MIRROR_SECRET', host: docker.io }
  ecr: { accounts: ['123456789012'] }
registries:
  docker.io: { endpoint: '${registry}', username: bot, password: 'env:REGISTRY_PASSWORD' }
  ${roleHost}: { endpoint: '${registry}', roleArn: 'arn:aws:iam::123456789012:role/tagboat-pull' }
slack:
  signingSecret: 'env:SIGNING_SECRET'
  botToken: 'env:BOT_TOKEN'
  allow: { users: [U024BE7LH], channels: [C0DEPLOYS] }
api: { token: 'env:API_TOKEN' }
apps:
${apps
  .map(
    (app) => `  ${app}:
    image: docker.io/example/${app}
    repository: github.com/example/${app}
    environments:
      production: ${environment(app, 'production', "on: tag-push, tags: { pattern: '.+' }, pin: digest")}
      staging: ${environment(app, 'staging', `on: image-push, tags: { pattern: '.+' }${app === 'app' ? '' : ', pin: digest'}`)}
`,
  )
  .join('')}${ecrApps
  .map(
    ({ app, image }) => `  ${app}:
    image: ${image}
    reconcile: { every: 1s }
    environments:
      production: ${environment(app, 'production', "on: image-push, tags: { pattern: '.+' }")}
`,
  )
  .join('')}${foundApp}`;

/** The host of a registry of Amazon ECR, for which a role is assumed. */
const roleHost = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

/** Apps with images in Amazon ECR: one of the registry that wants a role, and one whose registry is the stack's own. */
export const ecrApps = [
  { app: 'role', image: `${roleHost}/team/role` },
  { app: 'events', image: '123456789012.dkr.ecr.us-west-2.amazonaws.com/team/events' },
];

/**
 * A stack whose secrets are all sealed, as they are in a deployment: every function asks KMS for what it needs.
 * @param registry an origin that answers for docker.io
 * @param gitHost an origin with the repositories of the app `found`: `found.git`, and `config.git` with its manifests
 * @param onAwsCall as in `StackOptions`, as is `githubApi`
 * @param awsApi answers for ECR and STS
 */
export const startSealedStack = async (
  apps: readonly string[],
  registry: string,
  gitHost: string,
  onAwsCall: (call: RoleCall) => void,
  githubApi: string,
  awsApi: string,
) => {
  const directory = temporaryDirectory();
  const repository = path.join(directory, 'config.git');
  const files: Record<string, string> = Object.fromEntries(
    apps.flatMap((app) => [
      [`${app}/production.yml`, deployment(app, `example/${app}:v0.0.1`, 1)],
      [`${app}/staging.yml`, deployment(`${app}-staging`, `example/${app}:v0.0.1`, 1)],
    ]),
  );
  for (const { app, image } of ecrApps)
    files[`${app}/production.yml`] = deployment(app, `${image}:v0.0.1`, 1);
  await createBareRepository(repository, { branch: 'config', files });
  const file = path.join(directory, 'tagboat.yml');
  const text = tagboatYml(apps, repository, registry, gitHost);
  writeFileSync(file, text);
  const log = keepLog();
  onTestFailed(() => log.print());
  const env = {
    KUBECONFIG_TEXT: 'the first stack has no cluster yet',
    SIGNING_KEY: openSshFile(knownKey),
    GITHUB_SECRET: githubSecret,
    GITHUB_TOKEN: githubToken,
    GIT_PASSWORD: 'the password of the Git host',
    OTHER_PASSWORD: 'the password of the other config repo',
    HUB_KEY: 'hub-key',
    NOTIFICATION_SECRET: notificationSecret,
    MIRROR_SECRET: notificationSecret,
    AWS_ENDPOINT_URL_ECR: awsApi,
    AWS_ENDPOINT_URL_STS: awsApi,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'the key of the functions',
    REGISTRY_PASSWORD: 'the password of the registry',
    SIGNING_SECRET: signingSecret,
    BOT_TOKEN: 'xoxb-1',
    API_TOKEN: apiToken,
  };
  const options = {
    config: { type: 'file', path: file },
    stateDirectory: path.join(directory, 'state'),
    clusterTimings: fastPods,
    logger: log.logger,
    env,
    retrySeconds: 0,
  } as const;

  // The first one makes the key, and the kubeconfig, which is the same for one that follows it on its port.
  const first = await startStack({ ...options, port: 0 });
  const { Aliases = [] } = await first.aws.kms.send(new ListAliasesCommand({}));
  const keyId = Aliases[0]?.AliasName ?? '';
  let sealed = text;
  for (const { slot, reference } of secretSlots(first.config)) {
    const given = slot.startsWith('clusters/') ? `file:${first.kubeconfigPath}` : String(reference);
    const plaintext = await first.unseal(given, slot);
    sealed = sealed.replace(`'${reference}'`, `'${await seal(first.aws.kms, { keyId, slot, plaintext })}'`);
  }
  writeFileSync(file, sealed);
  await first.close();
  const stack = await startStack({ ...options, port: first.port, onAwsCall, githubApi });
  onTestFinished(() => stack.close());
  return stack;
};
