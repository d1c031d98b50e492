import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGitServer } from '../../../../infra/local/emulators/git-server/git-server.ts';

/**
 * The local Git server in a process of its own, until its input ends: each request starts one, which costs a process of tests, with
 * all it holds, many times as much. Arguments: its directory, and
 * what is mounted beside it, as JSON. Prints the port.
 */
const [directory = '', mounted = '{}'] = process.argv.slice(2);
const git = createGitServer({ directory });
for (const [name, repository] of Object.entries(JSON.parse(mounted))) git.serve(name, String(repository));
const server = createServer((request, response) => git.handle(request, response));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().once('end', () => {
  server.closeAllConnections();
  server.close();
});
