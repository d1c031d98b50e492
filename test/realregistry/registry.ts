import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { writeOciLayout } from './oci-layout.ts';

const run = promisify(execFile);

/** For one who is just going to listen on it: what the registry is told cannot be known afterwards. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
};

export const user = { name: 'bot', password: 'allmine' };
/** Of that password, as golang.org/x/crypto/bcrypt has it in its tests. */
const passwordHash = '$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga';

const configOf = (directory: string, port: number, hook: string, secret: string): string => `version: 0.1
log: { level: warn }
storage:
  filesystem: { rootdirectory: ${directory}/images }
  delete: { enabled: true }
http: { addr: 127.0.0.1:${port} }
auth: { htpasswd: { realm: images, path: ${directory}/htpasswd } }
notifications:
  endpoints:
    - { name: tagboat, url: '${hook}', timeout: 30s, threshold: 5, backoff: 1s, headers: { Authorization: ['Bearer ${secret}'] } }
`;

/**
 * Starts Debian's docker-registry for the length of one test.
 * @param hook the webhook that it notifies, and the secret that it sends along
 */
export const startRegistry = async (
  directory: string,
  port: number,
  { hook, secret }: { readonly hook: string; readonly secret: string },
) => {
  writeFileSync(path.join(directory, 'htpasswd'), `${user.name}:${passwordHash}\n`);
  const file = path.join(directory, 'registry.yml');
  writeFileSync(file, configOf(directory, port, hook, secret));
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const host = `127.0.0.1:${port}`;
  await expect
    .poll(() =>
      fetch(`http://${host}/v2/`).then(
        ({ status }) => status,
        () => said,
      ),
    )
    .toBe(401);
  const credentials = `${user.name}:${user.password}`;
  return {
    host,
    /** Pushes an image that is made for it with skopeo. @returns its digest */
    push: async (
      image: string,
      tag: string,
      content: string,
      platforms?: readonly string[],
    ): Promise<string> => {
      const layout = path.join(directory, `layout-${content.replaceAll(/\W/g, '-')}`);
      const digest = writeOciLayout(layout, tag, content, platforms);
      await run('skopeo', [
        ...['--insecure-policy', 'copy', '--all', '--dest-tls-verify=false', '--dest-creds', credentials],
        ...[`oci:${layout}:${tag}`, `docker://${host}/${image}:${tag}`],
      ]);
      return digest;
    },
    remove: async (image: string, tag: string): Promise<void> => {
      await run('skopeo', [
        'delete',
        '--tls-verify=false',
        '--creds',
        credentials,
        `docker://${host}/${image}:${tag}`,
      ]);
    },
  };
};
