import { openRemote } from '../../../lib/git/remote.ts';

/**
 * A process of its own, since Node reads the certificates to trust (NODE_EXTRA_CA_CERTS) when it starts. Prints a line for each
 * password: what became of a change with it.
 */
const [url = '', username = '', ...passwords] = process.argv.slice(2);
for (const password of passwords) {
  try {
    const tip = await openRemote({ url, branch: 'config', credentials: { username, password } }).tip();
    const [file] = await tip.files(['*.yml']);
    if (file === undefined) throw new Error('there is no file');
    const text = new TextDecoder().decode(await tip.read(file));
    const outcome = await tip.commit(
      new Map([[file.path, new TextEncoder().encode(text.replace('v1.0.0', 'v1.1.0'))]]),
      { message: 'Over HTTPS\n', author: { name: 'Test', email: 'test@example.com' }, time: 0 },
    );
    process.stdout.write(`${outcome.type}\n`);
  } catch (error) {
    const { code, retry } = Object(error);
    process.stdout.write(`${code}, ${retry}\n`);
  }
}
