import type { IncomingHttpHeaders } from 'node:http';
import { treeOf } from '../../../lib/git/commit-object.ts';
import { defaultLimits } from '../../../lib/git/limits.ts';
import type { GitObject } from '../../../lib/git/object.ts';
import { readPack } from '../../../lib/git/pack-read.ts';
import { writePack } from '../../../lib/git/pack-write.ts';
import {
  delimiterPacket,
  encodePacket,
  flushPacket,
  lineOf,
  maxPayload,
  readPacket,
  readPackets,
} from '../../../lib/git/pkt-line.ts';
import { parseTree } from '../../../lib/git/tree.ts';
import { type MemoryRepository, parentOf } from './memory-repository.ts';

/** As much of smart HTTP, version 2, as the client speaks. `memory-server.test.ts` compares it with `git http-backend`. */

export type GitAnswer = { readonly status: number; readonly type: string; readonly body: Buffer };

const line = (text: string): Buffer => encodePacket(`${text}\n`);

const inBand = (band: number, data: Buffer): Buffer => {
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length; at += maxPayload - 1)
    packets.push(encodePacket(Buffer.concat([Buffer.of(band), data.subarray(at, at + maxPayload - 1)])));
  return Buffer.concat(packets);
};

const advertisement = Buffer.concat([
  ...['version 2', 'agent=git/memory', 'ls-refs=unborn', 'fetch=shallow filter', 'object-format=sha1'].map(
    line,
  ),
  flushPacket,
]);

const listRefs = ({ refs }: MemoryRepository, lines: readonly string[]): Buffer => {
  const prefixes = lines.flatMap((each) => (each.startsWith('ref-prefix ') ? [each.slice(11)] : []));
  const listed = [...refs].filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)));
  return Buffer.concat([...listed.sort().map(([name, oid]) => line(`${oid} ${name}`)), flushPacket]);
};

/** What a filter lets through: https://git-scm.com/docs/git-rev-list, `--filter` */
type Filter = { readonly depth: number; readonly blobs: boolean };

const filterOf = (lines: readonly string[]): Filter => {
  const [, name, depth] = lines.map((each) => /^filter (tree|blob):(.*)$/.exec(each)).find(Boolean) ?? [];
  if (name === 'tree') return { depth: Number(depth), blobs: true };
  return { depth: Number.POSITIVE_INFINITY, blobs: name === undefined };
};

const fetch = ({ objects }: MemoryRepository, lines: readonly string[]): Buffer => {
  const wants = lines.flatMap((each) => (each.startsWith('want ') ? [each.slice(5)] : []));
  const unknown = wants.find((oid) => !objects.has(oid));
  if (unknown !== undefined) return encodePacket(`ERR upload-pack: not our ref ${unknown}`);
  const shallow = lines.includes('deepen 1');
  const filter = filterOf(lines);
  const sent = new Map<string, GitObject>();
  const send = (oid: string, depth: number): void => {
    const object = objects.get(oid);
    if (object === undefined || depth >= filter.depth || (object.type === 'blob' && !filter.blobs)) return;
    sent.set(oid, object);
    if (object.type === 'tree') for (const entry of parseTree(object.data)) send(entry.oid, depth + 1);
  };
  const sendWanted = (oid: string): void => {
    const object = objects.get(oid);
    if (object === undefined) return;
    sent.set(oid, object);
    // No filter keeps back what is wanted, and Git counts its levels from what is in it
    if (object.type === 'tree') for (const entry of parseTree(object.data)) send(entry.oid, 0);
    if (object.type !== 'commit') return;
    send(treeOf(object.data), 0);
    const parent = shallow ? undefined : parentOf(object.data);
    if (parent !== undefined) sendWanted(parent);
  };
  for (const oid of wants) sendWanted(oid);
  const shallowInfo = shallow
    ? [line('shallow-info'), ...wants.map((oid) => line(`shallow ${oid}`)), delimiterPacket]
    : [];
  return Buffer.concat([
    ...shallowInfo,
    line('packfile'),
    inBand(1, writePack([...sent.values()])),
    flushPacket,
  ]);
};

/** Compare-and-swap of one ref; what came with a push that is refused is not kept. */
const receive = (repository: MemoryRepository, body: Buffer): Buffer => {
  const { packet, next } = readPacket(body, 0);
  const command = packet.type === 'data' ? packet.payload.toString() : '';
  const [, from, to = '', ref = ''] = /^(\S+) (\S+) ([^\0]+)\0/.exec(command) ?? [];
  const pushed = readPack(body.subarray(next + flushPacket.length), defaultLimits);
  const parent = parentOf(pushed.get(to)?.data ?? Buffer.alloc(0)) ?? '';
  const refusal = (): string | undefined => {
    if (!repository.objects.has(parent)) return 'missing necessary objects';
    return repository.refs.get(ref) === from ? undefined : 'failed to update ref';
  };
  const why = refusal();
  if (why === undefined) {
    for (const [oid, object] of pushed) repository.objects.set(oid, object);
    repository.refs.set(ref, to);
  }
  const report = [line('unpack ok'), line(why === undefined ? `ok ${ref}` : `ng ${ref} ${why}`), flushPacket];
  return Buffer.concat([inBand(1, Buffer.concat(report)), flushPacket]);
};

const upload = (repository: MemoryRepository, body: Buffer): Buffer => {
  const [command = '', ...lines] = readPackets(body).flatMap((packet) =>
    packet.type === 'data' ? [lineOf(packet.payload)] : [],
  );
  return command === 'command=fetch' ? fetch(repository, lines) : listRefs(repository, lines);
};

/**
 * @param path what follows the repository, with the query
 * @throws where the request is not one of version 2
 */
export const answerGit = (
  repository: MemoryRepository,
  path: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): GitAnswer => {
  const answer = (type: string, bytes: Buffer): GitAnswer => ({
    status: 200,
    type: `application/x-git-${type}`,
    body: bytes,
  });
  if (path === '/git-receive-pack') return answer('receive-pack-result', receive(repository, body));
  if (headers['git-protocol'] !== 'version=2') throw new Error(`${path} is not asked for in version 2`);
  if (path === '/git-upload-pack') return answer('upload-pack-result', upload(repository, body));
  if (path === '/info/refs?service=git-upload-pack')
    return answer('upload-pack-advertisement', advertisement);
  throw new Error(`${path} is not a request of the client's`);
};
