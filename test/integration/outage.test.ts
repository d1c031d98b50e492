import { expect, it, onTestFinished } from 'vitest';
import { createDynamoDb } from '../../infra/local/emulators/aws/dynamodb.ts';
import { hangMs } from '../../vitest.config.ts';
import { serve } from '../local/serve.ts';
import { readJson } from './support/answers.ts';
import { deployment } from './support/project.ts';
import { startOwnProject } from './support/share.ts';

it('a hook that comes while the table does not answer is deferred, and healthy once the table is back', async () => {
  const table = await createDynamoDb();
  onTestFinished(() => table.close());
  let isOut = false;
  const url = await serve((request, response) =>
    isOut ? request.socket.destroy() : table.handle(request, response),
  );
  const project = await startOwnProject({
    image: 'example/app',
    repository: 'github.com/example/app',
    files: { 'deployment/app.yml': deployment('app', 'example/app:v1.0.0') },
    env: { AWS_ENDPOINT_URL_DYNAMODB: url },
  });
  await project.pushImages('v1.0.0', 'v1.1.0');

  isOut = true;
  const answer = await readJson(await project.pushTag('v1.1.0'), 202);
  const listed = await fetch(`${project.stack.url}/releases?app=app&environment=production`);
  isOut = false;

  expect(answer).toEqual({
    requestId: expect.any(String),
    deferred: true,
    message: 'it cannot be recorded now: it is kept in a queue, and taken in as soon as that is possible',
  });
  expect([listed.status, listed.headers.get('retry-after')]).toEqual([503, '5']);
  await expect.poll(() => project.history(), { timeout: hangMs }).toEqual(['release v1.1.0 healthy']);
});
