import { TagboatError } from '../errors.ts';
import { isOid } from './object.ts';
import { delimiterPacket, encodePacket, flushPacket, lineOf, payloadsOf, readPackets } from './pkt-line.ts';
import { protocolError } from './protocol-error.ts';
import { type Server, throwIfError } from './server.ts';
import { callService } from './service.ts';
import type { Transport } from './transport.ts';

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
  const body = Buffer.concat([
    encodePacket('command=ls-refs\n'),
    delimiterPacket,
    encodePacket(`ref-prefix ${ref}\n`),
    flushPacket,
  ]);
  const packets = readPackets((await callService(transport, 'upload-pack', server, body)).body);
  for (const line of payloadsOf(packets).map(lineOf)) {
    throwIfError(line, transport);
    const [oid = '', name] = line.split(' ');
    if (name !== ref) continue;
    if (/^[0-9a-f]{64}$/.test(oid))
      throw new TagboatError('git-unsupported', 'the repository does not use SHA-1 objects');
    if (!isOid(oid)) throw protocolError('the server lists its branches in an unknown form');
    return oid;
  }
  if (packets.at(-1)?.type !== 'flush') throw protocolError('the answer of the server ends early');
  return undefined;
};
