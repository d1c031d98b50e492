// Plain JavaScript that any Node from 20 on runs, in a checkout where nothing is installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

export const project = path.resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

const inModules = (...names) => path.join(project, 'node_modules', ...names);
const lockFile = path.join(project, 'package-lock.json');
const stampFile = inModules('.tagboat-installed');

/**
 * True for a Node that runs TypeScript as it is: without a flag since 22.18 and 23.6.
 * https://nodejs.org/api/typescript.html#type-stripping
 * @param {string} version `v24.1.0`
 */
export const isRecent = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
};

const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** What npm installed last is what the lock file asks for: our stamp says so, or npm's own record is newer. */
const isInstalled = () => {
  const record = inModules('.package-lock.json');
  if (!existsSync(record)) return false;
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') === lockHash();
  return statSync(record).mtimeMs >= statSync(lockFile).mtimeMs;
};

/** Installs what the lock file names, where that is not there yet. Ends the process where it cannot be. */
export const install = () => {
  if (isInstalled()) return;
  const size = existsSync(inModules()) ? '' : ': about 700 MB, which takes a minute or so the first time';
  process.stderr.write(`Installing dependencies (npm ci)${size} …\n`);
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', ['ci']] : [process.execPath, [npm, 'ci']];
  const result = spawnSync(command, [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
    encoding: 'utf8',
    shell: npm === undefined && process.platform === 'win32',
    // `npm start` in a production environment needs the development dependencies all the same.
    env: { ...process.env, NODE_ENV: 'development', npm_config_omit: '', npm_config_production: '' },
  });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
    process.stderr.write('npm ci failed: nothing can be started. Look at the lines above.\n');
    process.exit(1);
  }
  writeFileSync(stampFile, lockHash());
};

/** The Node to run with: this one where it is recent, else the one among the dependencies. */
export const findNode = () => {
  if (isRecent(process.version)) return process.execPath;
  const bundled = inModules(`node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(bundled)) return bundled;
  process.stderr.write(
    `Node ${process.version} is too old, and there is none among the dependencies for ${process.platform} ${process.arch}.\n` +
      'Install Node 24 (https://nodejs.org/en/download) and run this again.\n',
  );
  process.exit(1);
};

/** What no proxy can reach: the local stack's own port. */
const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The environment of a child: its `node` is the one found, it does not warn of running TypeScript as it is, and it uses the
 * proxy that HTTPS_PROXY and HTTP_PROXY name.
 */
export const childEnvironment = (node) => {
  const options = process.env.NODE_OPTIONS ?? '';
  const direct = process.env.NO_PROXY ?? process.env.no_proxy ?? '';
  return {
    ...process.env,
    NODE_USE_ENV_PROXY: '1',
    NO_PROXY: [direct, ...loopback].filter(Boolean).join(','),
    PATH: [path.dirname(node), inModules('.bin'), process.env.PATH ?? ''].join(path.delimiter),
    NODE_OPTIONS: `${options} --disable-warning=ExperimentalWarning`.trim(),
  };
};

/** How often it is looked whether npm is still there, in milliseconds. */
const orphanCheckMs = 500;

/**
 * Runs a script with the right Node in this terminal, passes signals on, and ends with its exit code.
 * @param {string} script path within the project
 * @param {readonly string[]} args
 */
export const runScript = (script, args) => {
  const node = findNode();
  const child = spawn(node, [path.join(project, script), ...args], {
    // The channel tells the child when this process is gone, however it went.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: childEnvironment(node),
  });
  // The terminal sends Ctrl-C to both; a kill reaches this process alone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm passes a signal to its shell, and that ends without a word: what is left has another parent.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined)
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, orphanCheckMs).unref();
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
};
