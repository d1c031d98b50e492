import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Clock } from '../../../lib/clock.ts';
import { encodePacket, flushPacket } from '../../../lib/git/pkt-line.ts';
import { type CommitOutcome, type Limits, openRemote, type Remote } from '../../../lib/git/remote.ts';
import { scannedLogger } from '../../support/scanned-log.ts';
import { readBody } from './git-server.ts';
import type { MemoryRepository } from './memory-repository.ts';
import { type MemoryServer, startMemoryServer } from './memory-server.ts';
import { change, meta, text } from './remote-fixture.ts';
import { useShell } from './shell.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const credentials = { username: 'bot', password: 'sesame-open-9' };

/** 2026-03-04T05:06:07Z */
const clock: Clock = { now: () => 1_772_600_767_000, sleep: async () => {} };

/** A server that answers everything as it should, until it is told not to. One repository, `config.git`, with a file `a.yml`. */
export type MoodyServer = {
  server(): MemoryServer;
  repository(): MemoryRepository;
  open(): Remote;
  /** Finds, reads, changes and pushes the file. */
  release(options?: {
    readonly url?: string;
    readonly limits?: Partial<Limits>;
    readonly signal?: AbortSignal;
  }): Promise<CommitOutcome>;
  /** Answers the n-th request to that service in this way, and lets the others through. */
  answer(service: 'info' | 'upload' | 'receive', nth: number, respond: Answer): void;
  /** Lets a push through, its answer going nowhere. */
  passOn(request: IncomingMessage): Promise<void>;
};

/** One such server for the tests of a file, which starts each test in a good mood. */
export const useMoodyServer = (): MoodyServer => {
  let server: MemoryServer;
  let repository: MemoryRepository;
  beforeAll(async () => {
    server = await startMemoryServer();
    repository = server.create('config', { 'a.yml': 'image: okeydokey:1.0.0\n' });
  });
  afterAll(() => server.close());
  useShell();
  afterEach(() => {
    server.intercept = () => false;
    server.requests.length = 0;
  });
  const configUrl = () => `${server.origin}/config.git`;
  return {
    server: () => server,
    repository: () => repository,
    open: () => openRemote({ url: configUrl(), branch: 'main' }),
    release: async ({ url = configUrl(), ...rest } = {}) => {
      const tip = await openRemote({
        url,
        branch: 'main',
        credentials,
        clock,
        logger: scannedLogger(),
        ...rest,
      }).tip();
      const [file] = await tip.files(['*.yml']);
      const before = file === undefined ? '' : text(await tip.read(file));
      return tip.commit(change('a.yml', `${before}# again\n`), meta);
    },
    answer: (service, nth, respond) => {
      const path = { info: '/info/refs', upload: '/git-upload-pack', receive: '/git-receive-pack' }[service];
      let seen = 0;
      server.intercept = (request, response) => {
        if (!(request.url ?? '').includes(path)) return false;
        seen += 1;
        if (seen !== nth) return false;
        request.resume();
        respond(request, response);
        return true;
      };
    },
    passOn: async (request) => {
      const forwarded = await fetch(`${server.origin}${request.url}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-git-receive-pack-request' },
        body: Uint8Array.from(await readBody(request)),
      });
      await forwarded.arrayBuffer();
    },
  };
};

export const uploadResult = { 'content-type': 'application/x-git-upload-pack-result' };
export const receiveResult = { 'content-type': 'application/x-git-receive-pack-result' };
export const advertisement = { 'content-type': 'application/x-git-upload-pack-advertisement' };

/** Lines in packets, and the flush behind them. */
export const lines = (...texts: readonly string[]): Buffer =>
  Buffer.concat([...texts.map((line) => encodePacket(`${line}\n`)), flushPacket]);

/** Like the answer to a fetch, around this pack. */
export const withPack = (pack: Buffer): Buffer =>
  Buffer.concat([
    encodePacket('packfile\n'),
    encodePacket(Buffer.concat([Buffer.from([1]), pack])),
    flushPacket,
  ]);

export const with200 =
  (headers: Readonly<Record<string, string>>, body: Buffer | string): Answer =>
  (_request, response) => {
    response.writeHead(200, headers).end(body);
  };

export const withStatus =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(body);
  };

/** The beginning of an answer, and the end of the connection. */
export const hangUp =
  (headers: Readonly<Record<string, string>>): Answer =>
  (_request, response) => {
    response.writeHead(200, { ...headers, 'content-length': '1000' });
    response.write('0010', () => response.destroy());
  };

/** As much as the other side takes. */
export const endless: Answer = (_request, response) => {
  response.writeHead(200, uploadResult);
  const chunk = Buffer.alloc(65_536);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};
