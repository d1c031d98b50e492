import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../lib/config/load.ts';
import { placeOfSlot, secretSlots, slotForms, slotProblem } from '../../lib/config/slots.ts';
import { nearest } from '../../lib/config/suggest.ts';
import { TagboatError } from '../../lib/errors.ts';
import { createCommitSigner } from '../../lib/git/commit-signer.ts';
import { createKmsClient } from '../../lib/secrets/client.ts';
import { maxSecretBytes, seal } from '../../lib/secrets/seal.ts';
import { type Command, type CommandIo, exitCodes, reporting } from './command.ts';

const usage = `Usage: tagboat seal <slot> [--key alias/tagboat-production] [--file PATH] [--config tagboat.yml]

Seals a secret with KMS for one slot of tagboat.yml. Reads it from standard input, or from a file, and prints the
\`kms:\` line to put there. AWS credentials and region are found as the AWS CLI finds them.

  tagboat seal clusters/production/kubeconfig --file kubeconfig.yml
  printf %s "$TOKEN" | tagboat seal configRepos/okeydokey/password

Slots: ${slotForms.join(', ')}
`;

const readInput = async (stdin: CommandIo['stdin']): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    // What is longer is refused anyway; no need to read all of it first.
    if (size > 2 * maxSecretBytes) break;
  }
  return Buffer.concat(chunks);
};

const readValue = async (
  file: string | undefined,
  slot: string,
  { stdin, stderr }: CommandIo,
): Promise<Buffer> => {
  if (file !== undefined) {
    try {
      return await readFile(file);
    } catch (cause) {
      throw new TagboatError('secret-not-found', `the file ${file} for ${slot} cannot be read`, { cause });
    }
  }
  if (stdin.isTTY === true)
    stderr.write(`Type or paste the value for ${slot}, then Ctrl-D. It will be visible.\n`);
  return readInput(stdin);
};

/** `echo` and editors end a text with a newline that is not part of a password. A kubeconfig does not mind either way. */
const withoutFinalNewline = (value: Buffer, stderr: CommandIo['stderr']): Buffer => {
  if (value.at(-1) !== 0x0a) return value;
  stderr.write('The newline at the end is left out.\n');
  return value.subarray(0, value.at(-2) === 0x0d ? -2 : -1);
};

/** A hint, not a refusal: people seal before they write. */
const noteUnknownSlot = (slot: string, path: string, { stderr }: CommandIo): void => {
  if (!existsSync(path)) return;
  let known: readonly string[];
  try {
    known = secretSlots(loadConfig(path, { local: true })).map((one) => one.slot);
  } catch {
    return;
  }
  if (known.includes(slot)) return;
  const key = slot.slice(slot.lastIndexOf('/'));
  const near = nearest(
    slot,
    known.filter((one) => one.endsWith(key)),
  );
  stderr.write(`Note: ${path} has no ${slot} yet${near === undefined ? '' : `; did you mean ${near}?`}\n`);
};

/** `tagboat seal`: only the `kms:` line goes to stdout, so that it can be piped on. */
export const run: Command = reporting(usage, async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: 'string', default: 'alias/tagboat-production' },
      file: { type: 'string' },
      config: { type: 'string', default: 'tagboat.yml' },
    },
  });
  const [slot, ...more] = positionals;
  if (slot === undefined || more.length > 0) {
    io.stderr.write(usage);
    return exitCodes.usage;
  }
  const problem = slotProblem(slot);
  if (problem !== undefined) {
    io.stderr.write(`${slot}: ${problem}\n`);
    return exitCodes.usage;
  }
  noteUnknownSlot(slot, values.config, io);
  const plaintext = withoutFinalNewline(await readValue(values.file, slot, io), io.stderr);
  // A key that cannot sign would be found out by the first release.
  if (slot.endsWith('/signingKey')) createCommitSigner(plaintext.toString(), slot);
  const kms = await createKmsClient(io.env);
  try {
    const sealed = await seal(kms, { keyId: values.key, slot, plaintext });
    io.stdout.write(`${sealed}\n`);
    io.stderr.write(`Put this line into tagboat.yml at ${placeOfSlot(slot)}. Nothing else opens it.\n`);
    return exitCodes.well;
  } finally {
    kms.destroy();
  }
});
