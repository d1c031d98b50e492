import { statSync } from 'node:fs';
import path from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createClients } from '../../infra/local/emulators/aws/clients.ts';
import type { AwsAccess, AwsService } from '../../infra/local/emulators/aws/endpoints.ts';
import { imagePush } from '../../infra/local/play/push-image.ts';
import { runCommand } from '../git/support/shell.ts';
import { readJson } from './support/answers.ts';
import { send } from './support/first-try.ts';
import { shareStack } from './support/share.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** What each AWS service answers to that access: the name of its error, or that it has what a stack has. */
const answers = async (access: AwsAccess): Promise<readonly string[]> => {
  const clients = createClients(access);
  const said = async (asked: Promise<readonly unknown[] | undefined>) =>
    asked.then(
      (found = []) => (found.length > 0 ? 'answered' : 'empty'),
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
  const all = await Promise.all([
    said(clients.kms.send(new ListAliasesCommand({})).then(({ Aliases }) => Aliases)),
    said(clients.sqs.send(new ListQueuesCommand({})).then(({ QueueUrls }) => QueueUrls)),
    said(clients.dynamodb.send(new ListTablesCommand({})).then(({ TableNames }) => TableNames)),
  ]);
  clients.close();
  return all;
};

describe('the local stack takes only credentials of its own', () => {
  const stack = shareStack();

  it.each([
    ['its own', (own: object) => own, 'answered'],
    [
      'a key that anybody can guess',
      () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
      'UnrecognizedClientException',
    ],
    ['another secret', (own: object) => ({ ...own, secretAccessKey: 'local' }), 'InvalidSignatureException'],
  ] as const)('AWS: %s', async (_name, change, said) => {
    const { access } = stack().aws;
    const changed = (service: AwsService) =>
      change(access.credentials(service)) as ReturnType<AwsAccess['credentials']>;

    expect(await answers({ ...access, credentials: changed })).toEqual([said, said, said]);
  });

  it('AWS, from a shell that has read aws.env: what `tagboat seal` makes there is opened by the stack', async () => {
    const { stateDirectory, unseal } = stack();
    const file = path.join(stateDirectory, 'aws.env');
    const line = `. ${file} && printf %s hush | node bin/tagboat.mjs seal api/token --key alias/tagboat-local`;

    const sealed = await runCommand({
      command: ['sh', '-c', line],
      cwd: project,
      env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` },
    });

    expect(sealed.stderr.toString()).toContain('Put this line into tagboat.yml');
    expect(await unseal(sealed.stdout.toString().trim(), 'api/token')).toBe('hush');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('the registry: whoever has them pushes by the lines that the start prints; others read', async () => {
    const { requests, digest } = imagePush(stack(), 'example/app', 'v1.0.0');
    for (const { credentials: _, ...request } of requests) await send(request);
    expect(await stack().registry.digestOf('example/app', 'v1.0.0')).toBeUndefined();

    for (const request of requests) await send(request);

    expect(await stack().registry.digestOf('example/app', 'v1.0.0')).toBe(digest);
    expect(await readJson(await fetch(`${stack().url}/v2/example/app/tags/list`))).toEqual({
      name: 'example/app',
      tags: ['v1.0.0'],
    });
  });

  it.each(['/api', '/apis/apps/v1', '/openapi/v2', '/api/v1/namespaces/default/pods'])(
    'the cluster: %s',
    async (where) => {
      const ask = async (headers: Record<string, string>) =>
        (await fetch(`${stack().url}${where}`, { headers })).status;
      const token = stack().secrets.TAGBOAT_DEMO_CLUSTER_TOKEN;

      expect([
        await ask({}),
        await ask({ authorization: 'Bearer another' }),
        await ask({ authorization: `Bearer ${token}` }),
      ]).toEqual([401, 401, 200]);
    },
  );

  it('nothing is done for a page of another origin', async () => {
    const ask = async (origin: string) =>
      (await fetch(`${stack().url}/local/agent/pause`, { method: 'POST', headers: { origin } })).status;

    expect(await ask('https://evil.example')).toBe(403);
    expect(stack().gitops.agent.status()).toMatchObject({ paused: false });
    expect(await ask(stack().url)).toBe(200);
  });
});
