import { it } from 'vitest';
import { journeyImage, makeTheJourney } from './support/journey.ts';
import { deployment } from './support/project.ts';
import { startOwnProject } from './support/share.ts';

it('makes the whole journey, every queue message delivered twice', async () => {
  const project = await startOwnProject({
    image: journeyImage,
    repository: 'github.com/example/journey',
    files: { 'deployment/app.yml': deployment('app', `${journeyImage}:v0.9.0`) },
    deliverTwice: true,
  });

  await makeTheJourney(project);
});
