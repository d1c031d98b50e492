import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Served } from '../registry/serve.ts';

/**
 * Starts `serve-git.ts`.
 * @param mounted repositories outside of the directory, by name
 */
export const serveGit = async (
  directory: string,
  mounted: Readonly<Record<string, string>>,
): Promise<Served> => {
  const script = join(import.meta.dirname, 'serve-git.ts');
  const child = spawn(process.execPath, [script, directory, JSON.stringify(mounted)], {
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const [line] = await Promise.race([once(child.stdout, 'data'), closed.then(() => [''])]);
  const port = Number(line);
  if (!(port > 0)) throw new Error('the Git server did not start');
  const close = async (): Promise<void> => {
    child.stdin.end();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, port, close, [Symbol.asyncDispose]: close };
};
