import { it } from 'vitest';
import { journeyImage, makeTheJourney } from '../integration/support/journey.ts';
import { deployment, startProject } from '../integration/support/project.ts';
import { inNamespace } from './harness.ts';

it(
  'makes the whole journey on a real API server',
  () =>
    inNamespace(async ({ namespace }) => {
      const project = await startProject({
        image: journeyImage,
        repository: 'github.com/example/journey',
        files: { 'deployment/app.yml': deployment('app', `${journeyImage}:v0.9.0`) },
        // A crash is told within it, and not after the fourth restart.
        environment: { namespace, timeout: '60s' },
        env: { KUBECONFIG: process.env.KUBECONFIG },
      });
      try {
        await makeTheJourney(project);
      } finally {
        await project.close();
      }
    }),
  180_000,
);
