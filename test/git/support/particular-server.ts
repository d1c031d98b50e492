import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodePacket, lineOf, readPacket } from '../../../lib/git/pkt-line.ts';
import { type GitServer, readBody, serveGit, startGitServer } from './git-server.ts';

/** In what a Git host differs from `git http-backend`, which answers behind it. */
export type Particularities = {
  readonly name: string;
  /** Version 2 of the protocol. */
  readonly version2: boolean;
  /** Capabilities of version 0 that it announces for a fetch; it refuses requests for any other. */
  readonly fetch: readonly string[];
  /** One of these must be asked for. */
  readonly insistsOn?: readonly string[];
  /** Capabilities that it announces for a push. */
  readonly push: readonly string[];
};

const isAnnounced = (announced: readonly string[], capability: string): boolean =>
  announced.includes(capability) ||
  (capability.startsWith('agent=') && announced.some((one) => one.startsWith('agent=')));

/** The advertisement with these capabilities only. */
const rewrite = (advertisement: Buffer, announced: readonly string[]): Buffer => {
  const service = readPacket(advertisement, 0);
  const flush = readPacket(advertisement, service.next);
  const first = readPacket(advertisement, flush.next);
  if (first.packet.type !== 'data') return advertisement;
  const [ref = '', capabilities = ''] = lineOf(first.packet.payload).split('\0');
  const left = capabilities.split(' ').filter((capability) => isAnnounced(announced, capability));
  return Buffer.concat([
    advertisement.subarray(0, flush.next),
    encodePacket(`${ref}\0${left.join(' ')}\n`),
    advertisement.subarray(first.next),
  ]);
};

/** What a request asks for: behind the first `want`, or behind the command of a push. */
const askedFor = (service: string, body: Buffer): readonly string[] => {
  const { packet } = readPacket(body, 0);
  const line = packet.type === 'data' ? lineOf(packet.payload) : '';
  const words =
    service === 'git-receive-pack' ? (line.split('\0')[1] ?? '') : line.slice('want '.length + 40);
  return words.split(' ').filter(Boolean);
};

const refusalOf = (host: Particularities, service: string, body: Buffer): string | undefined => {
  const announced = service === 'git-receive-pack' ? host.push : host.fetch;
  const asked = askedFor(service, body);
  const unknown = asked.find((capability) => !isAnnounced(announced, capability));
  if (unknown !== undefined) return `the capability ${unknown} was not announced`;
  const { insistsOn } = host;
  if (
    service === 'git-upload-pack' &&
    insistsOn !== undefined &&
    !insistsOn.some((one) => asked.includes(one))
  )
    return `one of ${insistsOn.join(', ')} is required`;
  return undefined;
};

/** `git http-backend` behind a front that announces less, and is strict about it. */
export const startParticularServer = async (host: Particularities, directory: string): Promise<GitServer> => {
  const backend = await startGitServer({ directory, protocol2: host.version2 });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const body = await readBody(request);
    const service = /git-(?:upload|receive)-pack/.exec(url)?.[0] ?? '';
    const isOld = !host.version2 || service === 'git-receive-pack';
    const refusal = method === 'POST' && isOld ? refusalOf(host, service, body) : undefined;
    if (refusal !== undefined) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(refusal);
      return;
    }
    const passed = ['content-type', 'git-protocol'].flatMap((name): [string, string][] => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    const answer = await fetch(backend.origin + url, {
      method,
      headers: passed,
      body: method === 'GET' ? null : Uint8Array.from(body),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isRewritten = method === 'GET' && isOld && answer.status === 200;
    const announced = service === 'git-receive-pack' ? host.push : host.fetch;
    response
      .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      .end(isRewritten ? rewrite(bytes, announced) : bytes);
  };
  const front = await serveGit(pass);
  const closeFront = front.close;
  front.close = async () => {
    await closeFront();
    await backend.close();
  };
  return front;
};
