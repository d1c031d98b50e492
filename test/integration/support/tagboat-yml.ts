/** Lines of a mapping in tagboat.yml: `{ onFailure: 'undo' }`. */
export type Lines = Readonly<Record<string, string>>;

export type AppOptions = {
  readonly image: string;
  readonly repository: string;
  /** Path → content, in the config repo. */
  readonly files: Readonly<Record<string, string>>;
  /** Over the defaults. */
  readonly environment?: Lines;
  /** More environments, each with the lines that differ from the first: `{ staging: { namespace: 'staging' } }`. */
  readonly environments?: Readonly<Record<string, Lines>>;
};

export type Repository = { readonly path: string; readonly branch: string };

export type Settings = {
  /** The user that `slack.allow` names. */
  readonly user: string;
  /** Lines of `slack:`, over the defaults: `{ confirm: 'true' }`. */
  readonly slack?: Lines | undefined;
  /** More sources, besides GitHub and Docker Hub: `{ gitlab: '{ secret: env:GITLAB_SECRET }' }`. */
  readonly sources?: Lines | undefined;
  readonly apps: Readonly<Record<string, AppOptions>>;
  readonly configRepos: Readonly<Record<string, Repository>>;
  /** The files of kubeconfigs. */
  readonly clusters: Lines;
};

// A release on a slow machine takes its time; what fails is found out long before.
const environmentDefaults: Lines = {
  on: 'tag-push',
  tags: "{ pattern: '.+' }",
  configRepo: 'config',
  files: '[deployment/*.yml]',
  cluster: 'production',
  timeout: '10m',
  notify: "{ slack: '#deploys' }",
};

const linesOf = (lines: Lines, indent: number): string =>
  Object.entries(lines)
    .map(([key, value]) => `${' '.repeat(indent)}${key}: ${value}`)
    .join('\n');

const appLines = ([name, app]: readonly [string, AppOptions]): string => {
  const environments = Object.entries({ production: {}, ...app.environments }).map(
    ([environment, lines]) =>
      `      ${environment}:\n${linesOf({ ...environmentDefaults, ...app.environment, ...lines }, 8)}`,
  );
  return `  ${name}:
    image: ${app.image}
    repository: ${app.repository}
    environments:
${environments.join('\n')}`;
};

export const tagboatYml = ({ user, slack, sources = {}, apps, configRepos, clusters }: Settings): string => `
clusters:
${Object.entries(clusters)
  .map(([name, file]) => `  ${name}: { kubeconfig: 'file:${file}' }`)
  .join('\n')}
configRepos:
${Object.entries(configRepos)
  .map(([name, { path, branch }]) => `  ${name}: { url: 'file://${path}', branch: ${branch} }`)
  .join('\n')}
sources:
  github: { secret: env:GITHUB_SECRET }
  dockerhub: { key: env:DOCKERHUB_KEY }
${linesOf(sources, 2)}
slack:
${linesOf({ signingSecret: 'env:SIGNING_SECRET', allow: `{ users: [${user}], channels: [C0DEPLOYS] }`, ...slack }, 2)}
apps:
${Object.entries(apps).map(appLines).join('\n')}
`;

export const deployment = (
  name: string,
  image: string,
  replicas = 2,
): string => `# ${name}: the tag is written by Tagboat
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
    replicas:   ${replicas}
    progressDeadlineSeconds: 600
    selector: {matchLabels: {app: ${name}}}
    template:
        metadata: {labels: {app: ${name}}}
        spec:
            containers:
            - name:  ${name}
              image: "${image}"   # <- here
            - {name: proxy, image: 'example/proxy:v1'}
`;

/** An app with an image, a repository and a directory of the config repo to itself, so that tests can share a stack. */
export const exampleApp = (name: string, options: Partial<AppOptions> = {}): AppOptions => ({
  image: `example/${name}`,
  repository: `github.com/example/${name}`,
  files: { [`${name}/app.yml`]: deployment(name, `example/${name}:v0.9.0`, 1) },
  ...options,
  environment: { files: `[${name}/*.yml]`, ...options.environment },
});
