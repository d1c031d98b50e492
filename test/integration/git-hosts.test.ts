import { expect, it } from 'vitest';
import { samplesOf } from '../../infra/local/webhooks/sample.ts';
import { signSample } from '../../infra/local/webhooks/sign.ts';
import { sources } from '../../lib/sources/catalog.ts';
import { readJson } from './support/answers.ts';
import { exampleApp } from './support/project.ts';
import { shareProject } from './support/share.ts';

const secretOf = (type: string): string => `the secret of the hook of ${type}`;

/** What a Git host sends, and what it announces. */
const hosts = ['gitlab', 'gitea', 'forgejo', 'bitbucket', 'azure-devops'].map((type) => {
  const [sample] = samplesOf(type);
  const [event] = sample?.events ?? [];
  const source = sources[type];
  if (sample === undefined || source === undefined || event === undefined || !('repository' in event))
    throw new Error(`${type} announces no Git tag`);
  const sign = (secret = secretOf(type)) => signSample(sample, source, { secret });
  const env = `SECRET_OF_${type.toUpperCase().replace('-', '_')}`;
  return { type, env, sign, repository: String(event.repository), tag: event.tag, actor: event.actor };
});

const project = shareProject({
  sources: Object.fromEntries(hosts.map(({ type, env }) => [type, `{ secret: env:${env} }`])),
  env: Object.fromEntries(hosts.map(({ type, env }) => [env, secretOf(type)])),
  apps: Object.fromEntries(
    hosts.map(({ type, repository }) => [`app-${type}`, exampleApp(`app-${type}`, { repository })]),
  ),
});

const send = (type: string, { body, headers }: ReturnType<typeof signSample>): Promise<Response> =>
  fetch(`${project().stack.url}/webhooks/${type}`, { method: 'POST', headers, body });

it.each(hosts)('a tag pushed to $type is released', async ({ type, tag, actor, sign }) => {
  const { pushImages, releases } = project().app(`app-${type}`);
  await pushImages(tag);

  const answer = await readJson(await send(type, sign()), 202);
  await project().stack.idle();

  expect(answer).toMatchObject({ releases: [{ app: `app-${type}`, tag, created: true }], skipped: [] });
  expect(await releases()).toMatchObject([{ tag, state: 'healthy', requestedBy: `${type}:${actor}` }]);
});

it.each(hosts)('a hook of $type with another secret is refused', async ({ type, sign }) => {
  const answer = await readJson(await send(type, sign('guessed')), 401);

  expect(answer).toMatchObject({ error: { code: 'signature-wrong' } });
});
