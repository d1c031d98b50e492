import { afterAll, beforeAll, expect, it } from 'vitest';
import { documented } from './support/documented.ts';
import { deployment, type Project, startProject } from './support/project.ts';

let project: Project;
beforeAll(async () => {
  project = await startProject({
    image: 'example/app',
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': deployment('app', 'example/app:v1.0.0') },
  });
});
afterAll(() => project.close());

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

it('has a row in the documentation for each of these, and no other', () => {
  expect(Object.keys(documented('answers')).toSorted()).toEqual(Object.keys(senders).toSorted());
});

it.each(Object.keys(senders))('%s is answered as documented, and changes nothing', async (name) => {
  const response = await senders[name]?.();
  const answer = (await response?.json()) as Answer;

  const said = answer.error ?? { code: answer.skipped?.[0]?.reason, message: answer.skipped?.[0]?.message };
  expect([String(response?.status), said.code, said.message]).toEqual(documented('answers')[name]);
  expect(await project.releases()).toEqual([]);
  expect(await project.commits()).toBe(1);
});
