import { TagboatError } from '../errors.ts';
import { isOid } from './object.ts';
import { lineOf, payloadsOf, readPackets } from './pkt-line.ts';
import { protocolError } from './protocol-error.ts';
import type { Transport } from './transport.ts';

/**
 * How much of a commit a server can be asked for. `tree`: trees down to a depth; `blob`: all trees, no blobs; `none`: all of it.
 * A server may announce filters and yet refuse some, so that this goes down as it refuses.
 */
export type Filtering = 'tree' | 'blob' | 'none';

/** What discovery tells about a server; worth remembering between invocations. */
export type Server = {
  /** Where the repository is, after redirects. */
  readonly base: string;
  /** 0 stands for version 1 too, which differs from it in one line. */
  readonly version: 2 | 0;
  readonly filtering: Filtering;
  /** Version 0 only: side-band-64k is announced. */
  readonly sideBand: boolean;
};

type Discovery = {
  readonly server: Server;
  /** Version 0 says right away where the branches point; version 2 has to be asked. */
  readonly refs: ReadonlyMap<string, string> | undefined;
};

const service = 'git-upload-pack';
const advertisement = `application/x-${service}-advertisement`;

const unsupported = (message: string): TagboatError => new TagboatError('git-unsupported', message);

/** An `ERR` packet: why the server ends the exchange. */
export const throwIfError = (line: string, transport: Transport): void => {
  if (!line.startsWith('ERR ')) return;
  const said = transport.words(line.slice(4));
  const message = `the Git server answered: ${said}`;
  if (/not found|does not exist|no such/i.test(said)) throw new TagboatError('git-not-found', message);
  if (/denied|forbidden|permission|unauthorized/i.test(said)) throw new TagboatError('git-denied', message);
  throw protocolError(message);
};

const checkFormat = (capabilities: readonly string[]): void => {
  const formats = capabilities.filter((capability) => capability.startsWith('object-format='));
  if (formats.length > 0 && !formats.includes('object-format=sha1'))
    throw unsupported('the repository does not use SHA-1 objects');
};

const version2 = (lines: readonly string[], base: string): Discovery => {
  checkFormat(lines);
  const features = (name: string): readonly string[] | undefined =>
    lines
      .find((line) => line === name || line.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .split(' ');
  const fetch = features('fetch');
  if (features('ls-refs') === undefined || fetch === undefined || !fetch.includes('shallow'))
    throw unsupported('the server cannot be asked for a single commit');
  const filtering = fetch.includes('filter') ? 'tree' : 'none';
  return { server: { base, version: 2, filtering, sideBand: true }, refs: undefined };
};

const version0 = (lines: readonly string[], base: string): Discovery => {
  const [firstRef = '', capabilityText = ''] = (lines[0] ?? '').split('\0');
  const capabilities = capabilityText.split(' ');
  checkFormat(capabilities);
  // In an empty repository there is no ref whose line could hold the capabilities
  if (lines.length > 0 && !capabilities.includes('shallow'))
    throw unsupported('the server speaks only an old protocol, without shallow clones');
  const refs = new Map<string, string>();
  for (const line of lines.length === 0 ? [] : [firstRef, ...lines.slice(1)]) {
    const oid = line.slice(0, 40);
    if (!isOid(oid) || line[40] !== ' ') {
      if (line.startsWith('shallow ')) continue;
      throw protocolError('the server lists its branches in an unknown form');
    }
    refs.set(line.slice(41), oid);
  }
  const sideBand = capabilities.includes('side-band-64k');
  return { server: { base, version: 0, filtering: 'none', sideBand }, refs };
};

/**
 * Asks the server what it can do: https://git-scm.com/docs/gitprotocol-http#_discovering_references
 * @throws TagboatError `git-unsupported` for SHA-256 and the dumb protocol; `git-protocol` and what `Transport` throws
 */
export const discover = async (transport: Transport, base: string): Promise<Discovery> => {
  const answer = await transport.send({
    method: 'GET',
    base,
    suffix: '/info/refs',
    query: `?service=${service}`,
    headers: { 'git-protocol': 'version=2' },
  });
  if (answer.contentType !== advertisement) {
    if (/^[0-9a-f]{40}\t/.test(answer.body.toString('latin1', 0, 41)))
      throw unsupported('the server speaks only the dumb protocol');
    throw protocolError('what answers at that URL is not a Git server');
  }
  const packets = readPackets(answer.body);
  const all = payloadsOf(packets).map(lineOf);
  // In front of them may be a line that names the service
  const lines = all[0]?.startsWith('# service=') ? all.slice(1) : all;
  throwIfError(lines[0] ?? '', transport);
  if (packets.at(-1)?.type !== 'flush') throw protocolError('the answer of the server ends early');
  if (lines[0] === 'version 2') return version2(lines.slice(1), answer.base);
  if (lines[0] === 'version 1') return version0(lines.slice(1), answer.base);
  return version0(lines, answer.base);
};
