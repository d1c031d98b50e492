import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createBareRepository } from '../../../infra/local/emulators/git-server/create-repository.ts';
import { exampleFiles } from '../../../infra/local/stack/example/example.ts';

/** A project of one's own: a config repo and a tagboat.yml whose secrets are not there yet. */
export const ownProject = async (directory: string): Promise<string> => {
  const repository = path.join(directory, 'config.git');
  await createBareRepository(repository, { branch: 'config', files: exampleFiles() });
  const file = path.join(directory, 'tagboat.yml');
  writeFileSync(
    file,
    `
clusters: { here: { kubeconfig: 'file:state/kubeconfig' } }
configRepos: { mine: { url: 'file://${repository}', branch: config } }
sources: { github: { secret: 'env:OWN_HOOK_SECRET' } }
slack: { signingSecret: 'file:slack.txt', allow: { users: [U024BE7LH] } }
apps:
  okeydokey:
    image: devopswithkubernetes/okeydokey
    repository: github.com/DevOps-with-Kubernetes/okeydokey
    environments:
      production:
        { on: tag-push, tags: { semver: '*' }, configRepo: mine, files: [deployment/*.yml], cluster: here, namespace: default }
`,
  );
  return file;
};
