import { spawn } from 'node:child_process';

/** Loads a bundle in a Node of its own, with nothing but this environment, and calls its handler once. */
const program = `
const { handler } = require(process.argv[1]);
let input = '';
process.stdin.on('data', (chunk) => { input += chunk; }).on('end', async () => {
  const end = Date.now() + 30_000;
  const context = { awsRequestId: 'packaged', functionName: 'packaged', memoryLimitInMB: '512', getRemainingTimeInMillis: () => end - Date.now() };
  try {
    process.send({ result: await handler(JSON.parse(input), context) });
  } catch (error) {
    process.send({ error: String(error.stack) });
  }
  process.disconnect();
  process.exit(0);
});
`;

export type Outcome = { readonly result?: unknown; readonly error?: string; readonly log: string };

export const invokeBundle = (
  bundle: string,
  event: unknown,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', program, bundle], {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    let log = '';
    let outcome: Omit<Outcome, 'log'> = { error: 'the handler never answered' };
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        log += chunk;
      });
    child.on('message', (message) => {
      outcome = message as Omit<Outcome, 'log'>;
    });
    child.on('error', reject);
    child.on('close', () => resolve({ ...outcome, log }));
    child.stdin?.end(JSON.stringify(event));
  });
