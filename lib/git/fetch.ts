import { hasSideBand } from './capabilities.ts';
import {
  delimiterPacket,
  encodePacket,
  flushPacket,
  lineOf,
  type Packet,
  payloadsOf,
  readPacket,
  readPackets,
} from './pkt-line.ts';
import { protocolError } from './protocol-error.ts';
import type { Server } from './server.ts';
import { callService } from './service.ts';
import { demultiplex } from './side-band.ts';
import type { Transport } from './transport.ts';

type FetchRequest = {
  /** Ids of what to send: commits, trees, blobs (version 2 takes any). */
  readonly wants: readonly string[];
  /** A wanted commit comes without its history. */
  readonly shallow: boolean;
  /** https://git-scm.com/docs/git-rev-list, `--filter` */
  readonly filter?: string | undefined;
};

/** A server may refuse what it was asked for without anything being wrong: then something else can be asked for. */
type Fetched =
  | { readonly type: 'pack'; readonly pack: Buffer }
  | { readonly type: 'refused'; readonly words: string };

const fromBands = (payloads: readonly Buffer[], transport: Transport): Fetched => {
  const bands = demultiplex(payloads);
  if (bands.fatal !== undefined) return { type: 'refused', words: transport.words(bands.fatal) };
  return { type: 'pack', pack: bands.data };
};

const refusal = (packet: Packet | undefined, transport: Transport): Fetched | undefined => {
  if (packet?.type !== 'data' || packet.payload.toString('latin1', 0, 4) !== 'ERR ') return undefined;
  return { type: 'refused', words: transport.words(lineOf(packet.payload).slice(4)) };
};

/** https://git-scm.com/docs/gitprotocol-v2#_fetch */
const fetchVersion2 = async (
  transport: Transport,
  server: Server,
  request: FetchRequest,
): Promise<Fetched> => {
  const lines = [
    'ofs-delta\n',
    'no-progress\n',
    ...(request.filter === undefined ? [] : [`filter ${request.filter}\n`]),
    ...(request.shallow && server.shallow ? ['deepen 1\n'] : []),
    ...request.wants.map((oid) => `want ${oid}\n`),
    'done\n',
  ];
  const body = Buffer.concat([
    encodePacket('command=fetch\n'),
    delimiterPacket,
    ...lines.map((line) => encodePacket(line)),
    flushPacket,
  ]);
  const packets = readPackets((await callService(transport, 'upload-pack', server, body)).body);
  const refused = refusal(packets[0], transport);
  if (refused !== undefined) return refused;
  // Sections follow each other, each with its name in front: shallow-info, packfile
  const start = packets.findIndex(
    (packet) => packet.type === 'data' && lineOf(packet.payload) === 'packfile',
  );
  if (start === -1 || packets.at(-1)?.type !== 'flush')
    throw protocolError('the answer of the server ends early');
  return fromBands(payloadsOf(packets.slice(start + 1)), transport);
};

/** https://git-scm.com/docs/gitprotocol-pack#_upload_request; what comes is always the whole commit. */
const fetchVersion0 = async (
  transport: Transport,
  server: Server,
  request: FetchRequest,
): Promise<Fetched> => {
  const capabilities = server.fetch.join(' ');
  const body = Buffer.concat([
    ...request.wants.map((oid, index) =>
      encodePacket(`want ${oid}${index === 0 && capabilities !== '' ? ` ${capabilities}` : ''}\n`),
    ),
    ...(request.shallow && server.shallow ? [encodePacket('deepen 1\n')] : []),
    flushPacket,
    encodePacket('done\n'),
  ]);
  const { body: bytes } = await callService(transport, 'upload-pack', server, body);
  let offset = 0;
  for (;;) {
    const { packet, next } = readPacket(bytes, offset);
    offset = next;
    const refused = refusal(packet, transport);
    if (refused !== undefined) return refused;
    // After the list of shallow commits; behind it comes the pack
    if (packet.type === 'data' && lineOf(packet.payload) === 'NAK') break;
  }
  if (!hasSideBand(server.fetch)) return { type: 'pack', pack: bytes.subarray(offset) };
  return fromBands(payloadsOf(readPackets(bytes.subarray(offset))), transport);
};

/**
 * Asks for objects.
 * @throws TagboatError `git-protocol`, `git-too-large`, and what `Transport` throws
 */
export const fetchPack = (transport: Transport, server: Server, request: FetchRequest): Promise<Fetched> =>
  (server.version === 2 ? fetchVersion2 : fetchVersion0)(transport, server, request);
