import { afterEach, it } from 'vitest';
import { journeyImage, makeTheJourney } from './support/journey.ts';
import { deployment, type Project, startProject } from './support/project.ts';

let project: Project;
afterEach(() => project.close());

it('makes the whole journey, every queue message delivered twice', async () => {
  project = await startProject({
    image: journeyImage,
    repository: 'github.com/example/journey',
    files: { 'deployment/app.yml': deployment('app', `${journeyImage}:v0.9.0`) },
    deliverTwice: true,
  });

  await makeTheJourney(project);
}, 60_000);
