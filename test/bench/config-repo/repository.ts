import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gitEnvironment } from '../../../infra/local/emulators/git-server/git.ts';

const apps = 500;
const manifestsPerApp = 4;
const commits = 3000;

export const branch = 'main';

/** What stands in the table about the repository. */
export const description = `${apps * manifestsPerApp} manifests, ${commits} commits`;

const nameOf = (index: number): string => `app-${String(index).padStart(3, '0')}`;

/** The app that the benchmark releases, somewhere in the middle. */
export const released = {
  image: `docker.io/example/${nameOf(237)}`,
  file: `apps/${nameOf(237)}/deployment.yml`,
} as const;

const manifestsOf = (index: number): Readonly<Record<string, string>> => {
  const name = nameOf(index);
  const meta = (kind: string, apiVersion: string): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  labels:\n    app: ${name}\n    team: team-${index % 23}\n`;
  const variables = Array.from(
    { length: 6 },
    (_, nth) =>
      `        - name: SETTING_${nth}\n          value: "${(index * 7919 + nth * 104729).toString(36)}"\n`,
  );
  return {
    'service.yml': `${meta('Service', 'v1')}spec:\n  selector:\n    app: ${name}\n  ports:\n  - port: 80\n    targetPort: ${8000 + index}\n`,
    'config.yml': `${meta('ConfigMap', 'v1')}data:\n  settings.ini: |\n    [app]\n    seed = ${(index * 15_485_863).toString(16)}\n    name = ${name}\n`,
    'ingress.yml': `${meta('Ingress', 'networking.k8s.io/v1')}spec:\n  rules:\n  - host: ${name}.example.com\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend: {service: {name: ${name}, port: {number: 80}}}\n`,
    'deployment.yml': `${meta('Deployment', 'apps/v1')}spec:
  replicas: ${1 + (index % 5)}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - name: ${name}
        image: example/${name}:@TAG@ # written by a machine
        env:
${variables.join('')}        resources:
          requests: {cpu: ${10 + (index % 90)}m, memory: ${32 + (index % 200)}Mi}
`,
  };
};

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

const commit = (nth: number, message: string, files: readonly (readonly [string, string])[]): string =>
  `commit refs/heads/${branch}\ncommitter Mona <mona@example.com> ${1_700_000_000 + nth * 600} +0000\n${data(message)}${files
    .map(([file, text]) => `M 100644 inline ${file}\n${data(text)}`)
    .join('')}\n`;

/** https://git-scm.com/docs/git-fast-import#_input_format */
function* history(): Generator<string> {
  const manifests = Array.from({ length: apps }, (_, index) => manifestsOf(index));
  const all = manifests.flatMap((files, index) =>
    Object.entries(files).map(
      ([file, text]) => [`apps/${nameOf(index)}/${file}`, text.replace('@TAG@', 'v0.0.0')] as const,
    ),
  );
  yield commit(0, 'Everything', all);
  for (let nth = 1; nth < commits; nth += 1) {
    const index = (nth * 197) % apps;
    const text = manifests[index]?.['deployment.yml'] ?? '';
    const tag = `v0.${nth}.0`;
    const file = `apps/${nameOf(index)}/deployment.yml`;
    yield commit(nth, `${nameOf(index)} ${tag}`, [[file, text.replace('@TAG@', tag)]]);
  }
}

/** Runs git with nobody's configuration. */
export const runGit = async (args: readonly string[], input?: Iterable<string>): Promise<void> => {
  const child = spawn('git', args, { env: gitEnvironment(), stdio: ['pipe', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  for (const text of input ?? [])
    if (!child.stdin.write(text)) await Promise.race([once(child.stdin, 'drain'), closed]);
  child.stdin.end();
  const [code] = await closed;
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${Buffer.concat(said).toString('utf8').trim()}`);
};

/** A bare repository as a host keeps it: packed, with bitmaps. */
export const buildRepository = async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tagboat-bench-'));
  const bare = path.join(directory, 'config.git');
  await runGit(['init', '--quiet', '--bare', '--template=', bare]);
  await runGit(['--git-dir', bare, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  await runGit(['--git-dir', bare, 'fast-import', '--quiet'], history());
  await runGit(['--git-dir', bare, 'repack', '-a', '-d', '-b', '-q']);
  return { directory, bare, remove: () => rm(directory, { recursive: true, force: true }) };
};
