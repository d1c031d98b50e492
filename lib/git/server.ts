import { TagboatError } from '../errors.ts';
import { fetchCapabilities, pushCapabilities, usualPushCapabilities } from './capabilities.ts';
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
  /** It can be asked for a commit without its history. */
  readonly shallow: boolean;
  /** What a fetch asks for; version 2 has nothing of the kind. */
  readonly fetch: readonly string[];
  /** What a push asks for; undefined where the server has to be asked first what it announces. */
  readonly push: readonly string[] | undefined;
};

type Discovery = {
  readonly server: Server;
  /** Version 0 says right away where the branches point; version 2 has to be asked. */
  readonly refs: ReadonlyMap<string, string> | undefined;
};

type Service = 'git-upload-pack' | 'git-receive-pack';

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
  if (features('ls-refs') === undefined || fetch === undefined)
    throw unsupported('the server cannot be asked where its branches are, or for a commit');
  const filtering = fetch.includes('filter') ? 'tree' : 'none';
  const shallow = fetch.includes('shallow');
  const server = { base, version: 2, filtering, shallow, fetch: [], push: usualPushCapabilities } as const;
  return { server, refs: undefined };
};

/** The capabilities stand behind the first ref, and behind a name that is none where there is no ref. */
const capabilitiesOf = (lines: readonly string[]): readonly string[] =>
  (lines[0]?.split('\0')[1] ?? '').split(' ').filter(Boolean);

const version0 = (lines: readonly string[], base: string): Discovery => {
  const capabilities = capabilitiesOf(lines);
  checkFormat(capabilities);
  const refs = new Map<string, string>();
  for (const line of lines.map((line, index) => (index === 0 ? (line.split('\0')[0] ?? '') : line))) {
    const oid = line.slice(0, 40);
    if (!isOid(oid) || line[40] !== ' ') {
      if (line.startsWith('shallow ')) continue;
      throw protocolError('the server lists its branches in an unknown form');
    }
    refs.set(line.slice(41), oid);
  }
  const shallow = capabilities.includes('shallow');
  const fetch = fetchCapabilities(capabilities);
  return { server: { base, version: 0, filtering: 'none', shallow, fetch, push: undefined }, refs };
};

/** The lines of an advertisement: https://git-scm.com/docs/gitprotocol-http#_discovering_references */
const advertised = async (
  transport: Transport,
  base: string,
  service: Service,
): Promise<{ readonly lines: readonly string[]; readonly base: string }> => {
  const answer = await transport.send({
    method: 'GET',
    base,
    suffix: '/info/refs',
    query: `?service=${service}`,
    // Version 2 has no push
    headers: service === 'git-upload-pack' ? { 'git-protocol': 'version=2' } : {},
  });
  if (answer.contentType !== `application/x-${service}-advertisement`) {
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
  return { lines, base: answer.base };
};

/**
 * Asks the server what it can do.
 * @throws TagboatError `git-unsupported` for SHA-256 and the dumb protocol; `git-protocol` and what `Transport` throws
 */
export const discover = async (transport: Transport, base: string): Promise<Discovery> => {
  const { lines, base: found } = await advertised(transport, base, 'git-upload-pack');
  if (lines[0] === 'version 2') return version2(lines.slice(1), found);
  if (lines[0] === 'version 1') return version0(lines.slice(1), found);
  return version0(lines, found);
};

/**
 * Asks an old server what it can do when it is pushed to.
 * @throws TagboatError as `discover`
 */
export const discoverPush = async (transport: Transport, base: string): Promise<readonly string[]> => {
  const { lines } = await advertised(transport, base, 'git-receive-pack');
  return pushCapabilities(capabilitiesOf(lines[0] === 'version 1' ? lines.slice(1) : lines));
};
