import { spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { systemClock } from '../../lib/clock.ts';

/** Python's moto: somebody else's idea of KMS, SQS and DynamoDB. */
export const isMotoInstalled = (): boolean => spawnSync('moto_server', ['--help']).status === 0;

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};

/** Resolves once the server answers at all; the hook's time limit ends the waiting. */
const answers = async (endpoint: string): Promise<void> => {
  for (;;) {
    try {
      await fetch(endpoint);
      return;
    } catch {
      await systemClock.sleep(50);
    }
  }
};

export const startMoto = async (): Promise<{ readonly endpoint: string; close(): Promise<void> }> => {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint);
  return {
    endpoint,
    close: async () => {
      child.kill();
      await ended;
    },
  };
};
