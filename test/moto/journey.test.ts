import { afterAll, beforeAll, describe, it } from 'vitest';
import { journeyImage, makeTheJourney } from '../integration/support/journey.ts';
import { deployment, type Project, startProject } from '../integration/support/project.ts';
import { isMotoInstalled, startMoto } from './moto.ts';

describe.skipIf(!isMotoInstalled())('moto', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let project: Project;

  beforeAll(async () => {
    moto = await startMoto();
    project = await startProject({
      image: journeyImage,
      repository: 'github.com/example/journey',
      files: { 'deployment/app.yml': deployment('app', `${journeyImage}:v0.9.0`) },
      env: {
        AWS_ENDPOINT_URL: moto.endpoint,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    });
  });
  afterAll(async () => {
    await project?.close();
    await moto?.close();
  });

  it('holds the table, the queues and the key of the whole journey', () => makeTheJourney(project), 120_000);
});
