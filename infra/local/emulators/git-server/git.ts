import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { text } from 'node:stream/consumers';

/**
 * Settings that every repository is served with. They travel in the environment, so that nothing is written into a
 * repository that belongs to another user.
 */
const settings: Readonly<Record<string, string>> = {
  'http.receivepack': 'true',
  'uploadpack.allowFilter': 'true',
  'uploadpack.allowAnySHA1InWant': 'true',
  'receive.fsckObjects': 'true',
  // A checkout whose branch is pushed to follows, as long as nobody has changed it; else the push is refused.
  'receive.denyCurrentBranch': 'updateInstead',
  // A bind mount or a container's volume may belong to another user id; naming a repository here is trusting it.
  'safe.directory': '*',
  // No background process that outlives a test's temporary directory.
  'receive.autogc': 'false',
  'gc.auto': '0',
};

/**
 * The environment of every git process: nothing of the user's or the machine's configuration reaches it, and it never
 * asks a question. https://git-scm.com/docs/git-config#ENVIRONMENT
 */
export const gitEnvironment = (
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> => {
  const environment: Record<string, string> = {
    PATH: inherited.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
  };
  for (const [index, [key, value]] of Object.entries(settings).entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  if (inherited.TMPDIR !== undefined) environment.TMPDIR = inherited.TMPDIR;
  return environment;
};

/** Runs git. @returns what it wrote; throws with what it said where it fails */
export const git = async (args: readonly string[], input = ''): Promise<string> => {
  const child = spawn('git', args, { env: gitEnvironment() });
  // It may end before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, output, said] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${said.trim()}`);
  return output;
};
