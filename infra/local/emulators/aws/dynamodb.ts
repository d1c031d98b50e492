import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import dynalite from 'dynalite';
import { TagboatError } from '../../../../lib/errors.ts';
import { mapping } from '../../../../lib/mapping.ts';
import { readBody } from '../../runtime/gateway/body.ts';
import { stateUnusable } from '../../state/unusable.ts';

/** BatchWriteItem, the largest request there is, takes 16 MiB. */
const bodyLimit = 16 * 1024 * 1024;

/** True for what an AWS SDK sends to DynamoDB. */
export const isDynamoDbRequest = (request: IncomingMessage): boolean =>
  String(request.headers['x-amz-target'] ?? '').startsWith('DynamoDB_');

/**
 * A DynamoDB in this process, whose tables are kept in a directory, or in memory.
 * @throws TagboatError `local-state-busy`, `local-state-damaged`, `local-state-unusable`
 */
export const createDynamoDb = async ({ directory: path }: { readonly directory?: string } = {}) => {
  if (path !== undefined) await assertReadable(path);
  const server = dynalite({
    ...(path === undefined ? {} : { path }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  // Only a server that listens closes its store when it is closed.
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const underWay = new Set<Promise<void>>();
  let closing = false;
  return {
    /** Answers a request that another server took. */
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      if (closing) return void response.destroy();
      const answered = untilAnswered(response).finally(() => underWay.delete(answered));
      underWay.add(answered);
      forward(server, request, response).catch(() => response.end());
    },
    close: async (): Promise<void> => {
      closing = true;
      // The emulator throws, out of reach, when its store is closed under a request.
      await Promise.all(underWay);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** Resolves when the emulator is done with a request, whether or not anybody is still there to hear the answer. */
const untilAnswered = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.end = new Proxy(response.end, {
      apply: (end, self, args) => {
        resolve();
        return Reflect.apply(end, self, args);
      },
    });
  });

/** Hands over a request only when all of it is there: the emulator throws, out of reach, when one breaks off. */
const forward = async (server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await readBody(request, bodyLimit);
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const whole = new PassThrough();
  Object.assign(whole, { method: request.method, url: request.url, headers: request.headers });
  server.emit('request', whole, response);
  whole.end(body);
};

type Level = new (location: string, options: object) => { open(): Promise<void>; close(): Promise<void> };

/** Opens the store once before the emulator does, which would crash on one that it cannot open. */
const assertReadable = async (directory: string): Promise<void> => {
  mkdirSync(dirname(directory), { recursive: true });
  const { Level }: { readonly Level: Level } = createRequire(import.meta.resolve('dynalite'))('level');
  const level = new Level(directory, { valueEncoding: 'json' });
  try {
    await level.open();
    await level.close();
  } catch (cause) {
    if (mapping(mapping(cause).cause).code === 'LEVEL_LOCKED')
      throw new TagboatError('local-state-busy', `${directory} is open in another process`, { cause });
    const unusable = stateUnusable(cause, directory);
    if (unusable !== undefined) throw unusable;
    throw new TagboatError('local-state-damaged', `${directory} cannot be read`, { cause });
  }
};
