import { parseConfig } from '../../lib/config/load.ts';
import { TagboatError } from '../../lib/errors.ts';

/** The example of the design: everything that tagboat.yml can say, and nothing wrong with it. */
export const example = `clusters:
  production:
    kubeconfig: kms:AQICAHh…
configRepos:
  okeydokey:
    url: https://github.com/DevOps-with-Kubernetes/okeydokey.git
    branch: config
    username: x-access-token
    password: kms:…
sources:
  github:    { secret: kms:… }
  dockerhub: { key: kms:… }
registries:
  docker.io: { username: okeydokey-bot, password: kms:… }
slack: { signingSecret: kms:…, allow: { users: [U024BE7LH], channels: [C0DEPLOYS] } }
api: { token: kms:… }
apps:
  okeydokey:
    image: devopswithkubernetes/okeydokey
    repository: github.com/DevOps-with-Kubernetes/okeydokey
    environments:
      production:
        on: image-push
        tags: { semver: '>=0.0.1' }
        configRepo: okeydokey
        files: [deployment/*.yml]
        cluster: production
        namespace: default
        deliver: apply
        timeout: 5m
        onFailure: undo
        notify: { slack: '#deploys' }
`;

/** The example with one text replaced; a test that would replace nothing fails. */
export const edited = (from: string, to: string): string => {
  if (!example.includes(from)) throw new Error(`the example has no ${from}`);
  return example.replace(from, () => to);
};

/** What parseConfig lists, line by line; none where the text is valid. */
export const problemsOf = (
  text: string,
  options: Parameters<typeof parseConfig>[1] = {},
): readonly string[] => {
  try {
    parseConfig(text, options);
    return [];
  } catch (error) {
    if (error instanceof TagboatError && error.code === 'config-invalid') return error.message.split('\n');
    throw error;
  }
};

/** What is said about a secret in clear. */
export const plainSecret = (slot: string) =>
  `a sealed value (\`kms:…\`) is expected here, not the value itself; run \`tagboat seal ${slot}\``;
