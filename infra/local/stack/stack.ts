import os from 'node:os';
import path from 'node:path';
import { TagboatError } from '../../../lib/errors.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { createSecrets } from '../../../lib/secrets/unseal.ts';
import { createClients } from '../emulators/aws/clients.ts';
import { awsAccess, shellExports } from '../emulators/aws/endpoints.ts';
import { provision } from '../emulators/aws/provision.ts';
import { assertReadable } from '../emulators/git-server/create-repository.ts';
import { createGitServer } from '../emulators/git-server/git-server.ts';
import { createSlackServer } from '../emulators/slack/server/server.ts';
import { createGitops } from '../gitops/gitops.ts';
import { respondUnavailable } from '../runtime/gateway/respond.ts';
import { readService } from '../runtime/service/service.ts';
import { openState, type StateDirectory, writePrivately } from '../state/directory.ts';
import { lockState } from '../state/lock.ts';
import { moveMisfitsAside, openOrMoveAside } from '../state/recovery.ts';
import {
  awsKeyVariables,
  demoSecrets,
  gitPasswordVariable,
  gitUser,
  registryPasswordVariable,
  registryUser,
} from '../state/secrets.ts';
import { writeStackFile, writeStackSecrets } from '../state/stack-file.ts';
import { stateUnusable } from '../state/unusable.ts';
import { identityKeys } from '../webhooks/identity-key.ts';
import { type Cleanup, createCleanup } from './cleanup.ts';
import { readConfiguration, serveFileRepositories } from './configuration.ts';
import { exampleConfig, exampleFiles } from './example/example.ts';
import { countMessages, untilQuiet } from './functions/idle.ts';
import { startFunctions } from './functions/triggers.ts';
import { stackCertificate } from './server/certificate.ts';
import { indexOf } from './server/index-page.ts';
import { listen } from './server/listener.ts';
import { createRouter } from './server/router.ts';
import { startAwsEmulators } from './services/aws.ts';
import { startCluster } from './services/cluster.ts';
import { commandSecrets } from './services/command-secrets.ts';
import { keepMessages, restoreMessages } from './services/queue-messages.ts';
import { createImageResolver, startRegistry } from './services/registry.ts';
import { sealClusters } from './services/seal-kubeconfig.ts';
import type { Stack, StackOptions } from './types.ts';

const thisProject = path.resolve(import.meta.dirname, '../../..');
/** There is no Slack that gives up after three seconds: a busy machine has the time it takes. */
const slackAnswerMs = 60_000;

/**
 * Starts the whole of Tagboat on one port: the functions behind their routes and queues, and everything they talk to.
 * Several can run in one process; none touches anything but its state directory and what `options` hands in.
 * @throws TagboatError `port-in-use`, `local-state-busy`, `local-state-unusable`, `local-tool-missing`,
 *   `config-not-found`, `config-invalid`, `git-not-found`, `cluster-kubeconfig-invalid`
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const cleanup = createCleanup();
  // Every step that opens something adds what closes it, which makes it a good place to give up as well.
  const steps: Cleanup = {
    ...cleanup,
    add: (close) => {
      cleanup.add(close);
      options.signal?.throwIfAborted();
    },
  };
  try {
    const state = openState(options.stateDirectory);
    steps.add(() => state.release());
    steps.add(lockState(state));
    return await start(options, state, steps);
  } catch (error) {
    await cleanup.run();
    if (error instanceof TagboatError) throw error;
    const root = path.resolve(options.stateDirectory ?? os.tmpdir());
    const isOfState = error instanceof Error && 'path' in error && String(error.path).startsWith(root);
    throw (isOfState ? stateUnusable(error, root) : undefined) ?? error;
  }
};

const start = async (options: StackOptions, state: StateDirectory, cleanup: Cleanup): Promise<Stack> => {
  const { env = {}, logger = silentLogger, host = '127.0.0.1' } = options;
  const source = options.config ?? { type: 'example' };
  moveMisfitsAside(state, logger);

  // The port first: everything else is told where it is.
  const certificate = stackCertificate(state, host);
  const listener = await listen({ host, port: options.port, certificate });
  cleanup.add(() => listener.close());
  const url = `http://${host}:${listener.port}`;
  cleanup.add(writeStackFile(state, url, source.type === 'file' ? path.resolve(source.path) : undefined));
  const secrets = demoSecrets(state, source.type === 'example' ? exampleConfig : '');
  const { config: read, baseDirectory } = readConfiguration(source, url, state.path);
  const { config: served, served: repositories } = serveFileRepositories(read, url);

  // AWS: what is embedded answers on the port from here on, and is then given its queues, table and key.
  const access = awsAccess(env, url, {
    accessKeyId: secrets[awsKeyVariables.id] ?? '',
    secretAccessKey: secrets[awsKeyVariables.secret] ?? '',
  });
  writePrivately(state.file('aws.env'), shellExports(access.variables));
  const project = options.project ?? thisProject;
  const service = readService(path.join(project, 'serverless.yml'), { region: access.region });
  const aws = await startAwsEmulators(access, state, logger);
  cleanup.add(() => aws.close());
  listener.handOver((request, response) => {
    const handler = aws.handlerFor(request);
    if (handler === undefined) return respondUnavailable(response, { status: 'starting' });
    return handler(request, response);
  });
  const clients = createClients(access);
  cleanup.add(() => clients.close());
  const created = await provision(service, access, clients, logger);
  if (aws.sqs !== undefined) {
    const queues = Object.values(service.resources).filter((resource) => resource.type === 'queue');
    const urls = queues.map(({ id, name }) => ({ name, url: created[id]?.ref ?? '' }));
    await restoreMessages(clients.sqs, urls, state);
    cleanup.add(keepMessages(aws.sqs, queues, state));
  }

  // What the functions reach over HTTP.
  const secretEnv = { ...env, ...secrets };
  const vault = createSecrets({ kms: () => clients.kms, local: { env: secretEnv, baseDirectory } });
  const git = createGitServer({
    directory: state.file('git'),
    credentials: { username: gitUser, password: secrets[gitPasswordVariable] ?? '' },
    logger,
  });
  for (const repository of repositories) git.serve(repository.name, repository.path);
  if (source.type === 'example')
    for (const [name, repository] of Object.entries(read.configRepos))
      await openOrMoveAside(git.path(name), logger, async (directory) => {
        await git.createRepository(name, { branch: repository.branch, files: exampleFiles() });
        await assertReadable(directory, repository.branch);
      });
  const registry = await startRegistry({
    ...{ config: served, origin: url, state, secrets: vault, logger },
    credentials: { username: registryUser, password: secrets[registryPasswordVariable] ?? '' },
  });
  cleanup.add(() => registry.close());
  const cluster = await startCluster({
    state,
    env,
    server: url.replace('http:', 'https:'),
    certificateAuthority: certificate.cert,
    token: secrets.TAGBOAT_DEMO_CLUSTER_TOKEN ?? '',
    resolveImage: createImageResolver(served, registry, { secrets: vault, logger }),
    timings: options.clusterTimings,
    logger,
  });
  cleanup.add(() => cluster.close());
  const kubeconfigPath = state.file('kubeconfig');
  writePrivately(kubeconfigPath, cluster.kubeconfig);
  const key = Object.values(service.resources).find((resource) => resource.type === 'alias');
  const config =
    source.type === 'example' && key !== undefined
      ? await sealClusters(served, cluster.kubeconfig, clients.kms, key.name)
      : served;

  const gitops = createGitops({
    ...{ config, registry, env, logger },
    kubeconfig: cluster.place.type === 'embedded' ? cluster.kubeconfig : undefined,
    unseal: vault.unseal,
    polls: options.schedules ?? false,
    clock: options.clock,
  });
  cleanup.add(() => gitops.close());

  // The functions, behind their routes, queues and schedules.
  const slack = createSlackServer({ file: state.file('slack.jsonl') });
  const functions = await startFunctions({
    service,
    project,
    created,
    region: access.region,
    clients,
    embedded: aws.sqs,
    runtime: {
      env: { ...env, AWS_REGION: access.region },
      config,
      logger,
      local: {
        baseDirectory,
        env: secretEnv,
        registryEndpoint: url,
        slackApi: `${url}/local/slack/api`,
        slackResponses: `${url}/local/slack/responses`,
        slackAnswerMs,
        ...identityKeys(config, state),
        ...(options.githubApi === undefined ? {} : { githubApi: options.githubApi }),
      },
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.random === undefined ? {} : { random: options.random }),
    },
    onAwsCall: options.onAwsCall,
    schedules: options.schedules ?? false,
    requests: options.requests,
    retrySeconds: options.retrySeconds,
    deliverTwice: options.deliverTwice,
    logger,
  });
  const health = () => ({ status: 'ok', url, state: state.path, functions: [...functions.names] });
  listener.handOver(
    createRouter({
      aws,
      registry,
      git,
      cluster,
      slack,
      agent: gitops.agent,
      gateway: functions.gateway,
      health,
      index: indexOf(served),
    }),
  );
  if (source.type === 'file') writeStackSecrets(state, await commandSecrets(config, vault));
  functions.start();
  cleanup.add(() => functions.close());

  return {
    url,
    port: listener.port,
    config,
    stateDirectory: state.path,
    kubeconfigPath,
    cluster: cluster.place,
    registry,
    git,
    gitops,
    aws: { ...clients, access },
    secrets,
    unseal: vault.unseal,
    slackMessages: slack.messages,
    onSlackMessage: slack.subscribe,
    invoke: functions.invoke,
    idle: ({ timeoutMs = 240_000 } = {}) =>
      untilQuiet(async () => {
        await registry.idle();
        return functions.isQuiet();
      }, timeoutMs),
    deadLetters: async () => {
      const counts = await Promise.all(
        functions.deadLetterQueues.map(async ({ id, url: queue }) => [
          id,
          await countMessages(clients.sqs, queue),
        ]),
      );
      return Object.fromEntries(counts.filter(([, count]) => count !== 0));
    },
    close: () => cleanup.run(),
  };
};
