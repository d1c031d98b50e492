import { TagboatError } from '../errors.ts';
import { isOid } from './object.ts';
import { delimiterPacket, encodePacket, flushPacket, lineOf, payloadsOf, readPackets } from './pkt-line.ts';
import { protocolError } from './protocol-error.ts';
import { type Server, throwIfError } from './server.ts';
import { callService } from './service.ts';
import type { Transport } from './transport.ts';

/** The lines that a server answers with, up to the end: https://git-scm.com/docs/gitprotocol-v2#_ls_refs */
const askRefs = async (
  transport: Transport,
  server: Server,
  options: readonly string[],
): Promise<{ readonly lines: readonly string[]; readonly isComplete: boolean }> => {
  const body = Buffer.concat([
    encodePacket('command=ls-refs\n'),
    delimiterPacket,
    ...options.map((option) => encodePacket(`${option}\n`)),
    flushPacket,
  ]);
  const packets = readPackets((await callService(transport, 'upload-pack', server, body)).body);
  return { lines: payloadsOf(packets).map(lineOf), isComplete: packets.at(-1)?.type === 'flush' };
};

const idOf = (oid: string): string => {
  if (/^[0-9a-f]{64}$/.test(oid))
    throw new TagboatError('git-unsupported', 'the repository does not use SHA-1 objects');
  if (!isOid(oid)) throw protocolError('the server lists its branches in an unknown form');
  return oid;
};

const endsEarly = (): TagboatError => protocolError('the answer of the server ends early');

/**
 * Where a ref points, undefined where there is none: https://git-scm.com/docs/gitprotocol-v2#_ls_refs
 * @param ref in full: `refs/heads/main`
 * @throws TagboatError `git-protocol`, `git-unsupported`, and what `Transport` throws
 */
export const lsRef = async (
  transport: Transport,
  server: Server,
  ref: string,
): Promise<string | undefined> => {
  const { lines, isComplete } = await askRefs(transport, server, [`ref-prefix ${ref}`]);
  for (const line of lines) {
    throwIfError(line, transport);
    const [oid = '', name] = line.split(' ');
    if (name === ref) return idOf(oid);
  }
  if (!isComplete) throw endsEarly();
  return undefined;
};

/**
 * The refs that begin so, and where each points; of an annotated tag, where the tag itself points.
 * @param prefix `refs/tags/`
 * @throws TagboatError as `lsRef`
 */
export const lsRefs = async (
  transport: Transport,
  server: Server,
  prefix: string,
): Promise<ReadonlyMap<string, string>> => {
  const { lines, isComplete } = await askRefs(transport, server, ['peel', `ref-prefix ${prefix}`]);
  const refs = new Map<string, string>();
  for (const line of lines) {
    throwIfError(line, transport);
    const [oid = '', name = '', ...attributes] = line.split(' ');
    const peeled = attributes.find((one) => one.startsWith('peeled:'))?.slice('peeled:'.length);
    // A server may list more than it is asked for
    if (name.startsWith(prefix)) refs.set(name, idOf(peeled ?? oid));
  }
  if (!isComplete) throw endsEarly();
  return refs;
};
