import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { slackHeaders, slashCommandBody } from '../../infra/local/emulators/slack/client/command.ts';
import { interactionBody } from '../../infra/local/emulators/slack/client/interaction.ts';
import { encodeAction } from '../../lib/slack/action.ts';
import { readJson, readText } from './support/answers.ts';
import { documented } from './support/documented.ts';
import { deployment, type Project, signingSecret, user } from './support/project.ts';
import { shareProject } from './support/share.ts';

const get = shareProject({
  image: 'example/app',
  repository: 'github.com/example/app',
  files: { 'deployment/app.yml': deployment('app', 'example/app:v1.0.0') },
});
let project: Project;
/** The branch of the config repo. */
let tip = '';
let before = '';
beforeAll(() => {
  project = get();
  tip = path.join(project.bare, 'refs/heads/config');
  before = readFileSync(tip, 'utf8');
});

const unsigned = { 'x-hub-signature-256': '' };

/** What is sent, by its name in the documentation. */
const senders: Readonly<Record<string, () => Promise<Response>>> = {
  'no signature': () => {
    const body = JSON.stringify(project.tagPayload('v1.1.0'));
    return fetch(`${project.stack.url}/webhooks/github`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
      body,
    });
  },
  'a wrong signature': () =>
    project.hook(project.tagPayload('v1.1.0'), { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }),
  'no secret path segment': () =>
    fetch(`${project.stack.url}/webhooks/dockerhub`, { method: 'POST', body: '{}' }),
  'a wrong secret path segment': () =>
    fetch(`${project.stack.url}/webhooks/dockerhub/guess`, { method: 'POST', body: '{}' }),
  'a source that is not configured': () =>
    fetch(`${project.stack.url}/webhooks/gitlab`, { method: 'POST', body: '{}' }),
  'a body that is not JSON': () => project.hook('{"ref": "refs/tags/v1.1.0"'),
  'JSON of another shape': () => project.hook({ zen: 'Keep it logically awesome.' }),
  'a body of 2 MiB': () => project.hook('x'.repeat(2 * 1024 * 1024), unsigned),
  'a tag of an unknown repository': () =>
    project.hook(project.tagPayload('v1.1.0', 'Codertocat/Hello-World')),
  'a deleted tag': () =>
    project.hook({
      ...project.tagPayload('v1.1.0'),
      created: false,
      deleted: true,
      head_commit: null,
      after: '0'.repeat(40),
    }),
  'a tag that no image can have': () => project.pushTag('release/1.0'),
  '`latest`': () => project.pushTag('latest'),
  'a path that is not there': () => fetch(`${project.stack.url}/webhook`, { method: 'POST', body: '{}' }),
};

type Answer = {
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
  readonly skipped?: readonly { readonly reason: string; readonly message: string }[];
};

type Letter = {
  readonly path?: string;
  readonly secret?: string;
  /** How far the time of the signature is from now. */
  readonly seconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A sender who plays Slack, more or less well. */
const slack = async (body: string | Uint8Array<ArrayBuffer>, letter: Letter = {}): Promise<Response> => {
  const at = Math.floor(Date.now() / 1000) + (letter.seconds ?? 0);
  const headers = slackHeaders(letter.secret ?? signingSecret, Buffer.from(body).toString(), at);
  return fetch(`${project.stack.url}${letter.path ?? '/slack/commands'}`, {
    method: 'POST',
    headers: { ...headers, ...letter.headers },
    body,
  });
};

const interactions = '/slack/interactions';
const responseUrl = (): string => `${project.stack.url}/local/slack/responses/${randomUUID()}`;
const command = (fields: Readonly<Record<string, string>> = {}, line = '/undo app'): string => {
  const form = new URLSearchParams(
    slashCommandBody({ line, user, channel: 'C0DEPLOYS', responseUrl: responseUrl() }),
  );
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form.toString();
};

const undo = encodeAction({ type: 'run', command: { type: 'undo', app: 'app', environment: 'production' } });
const button = ({ actionId = 'tagboat-0', value = undo } = {}): string =>
  interactionBody({
    message: { ts: '1795392000.000100', ephemeral: false, text: 'text', body: {} },
    button: { actionId, blockId: 'b', text: 'Undo', value },
    user,
    channel: 'C0DEPLOYS',
    responseUrl: responseUrl(),
    now: Date.now(),
  } as unknown as Parameters<typeof interactionBody>[0]);
const form = (payload: string): string => new URLSearchParams({ payload }).toString();

/** The second of two, once the first is carried out. */
const twice = async (body: string, letter: Letter, again = letter.path): Promise<Response> => {
  const at = { headers: slackHeaders(signingSecret, body, Math.floor(Date.now() / 1000)) };
  await readText(await slack(body, { ...letter, ...at }));
  await project.stack.idle();
  return slack(body, { ...at, ...(again === undefined ? {} : { path: again }) });
};

const slackSenders: Readonly<Record<string, () => Promise<Response>>> = {
  'a command without a signature': () => slack(command(), { headers: { 'x-slack-signature': '' } }),
  'a forged command': () => slack(command(), { secret: 'a guess' }),
  'a command that was changed on its way': () =>
    slack(command(), { headers: slackHeaders(signingSecret, command(), Math.floor(Date.now() / 1000)) }),
  'a command that was signed six minutes ago': () => slack(command(), { seconds: -360 }),
  'a command that was signed six minutes ahead': () => slack(command(), { seconds: 360 }),
  'a command that comes a second time': () => twice(command({}, '/tagboat holds'), {}),
  'a command that comes a second time, to the path of buttons': () =>
    twice(command({}, '/tagboat holds'), {}, interactions),
  'a command without a user': () => slack(command({ user_id: '' })),
  'a command that wants its answer elsewhere than at Slack': () =>
    slack(command({ response_url: 'https://hooks.slack.com.example.com/commands/1' })),
  'a command that is no form': () => slack('no form'),
  'a command of 1.1 MB': () => slack('x'.repeat(1_100_000)),
  'a forged button': () => slack(button(), { path: interactions, secret: 'a guess' }),
  'a button that comes a second time': () =>
    twice(button({ value: encodeAction({ type: 'cancel' }) }), { path: interactions }),
  'an interaction without a payload': () => slack('a=b', { path: interactions }),
  'an interaction that is not JSON': () => slack(form('{"type":'), { path: interactions }),
  'a form that was filled in': () =>
    slack(form(JSON.stringify({ type: 'view_submission' })), { path: interactions }),
  'a button of another app': () => slack(button({ actionId: 'deploy-0' }), { path: interactions }),
  'a button with a value that Tagboat never gave one': () =>
    slack(button({ value: '{"type":"run","command":{"type":"drop"}}' }), { path: interactions }),
};

describe.each([
  ['answers', senders],
  ['slack', slackSenders],
])('the documentation (%s)', (section, all) => {
  it('has a row for each of these, and no other', () => {
    expect(Object.keys(documented(section)).toSorted()).toEqual(Object.keys(all).toSorted());
  });

  it.each(Object.keys(all))('%s is answered as documented, and changes nothing', async (name) => {
    const expected = documented(section)[name];
    const response = await all[name]?.();
    if (response === undefined) throw new Error('nothing was sent');
    const { error, skipped } = await readJson<Answer>(response, Number(expected?.[0]));

    const said = error ?? { code: skipped?.[0]?.reason, message: skipped?.[0]?.message };
    expect([String(response.status), said.code, said.message]).toEqual(expected);
    expect(await project.releases()).toEqual([]);
    expect(readFileSync(tip, 'utf8')).toBe(before);
    expect(project.stack.slackMessages().filter(({ text }) => text.includes('Undo'))).toEqual([]);
  });
});
