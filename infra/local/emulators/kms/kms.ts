import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../../../../lib/clock.ts';
import { type Logger, silentLogger } from '../../../../lib/logger.ts';
import { KmsError } from './errors.ts';
import { parseInput } from './input.ts';
import { keyFileWriter, readKeyFile } from './key-file.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { operations } from './operations.ts';

export type LocalKms = {
  /** Answers the requests that `isKmsRequest` knows; any other is an unknown operation. */
  handle(request: IncomingMessage, response: ServerResponse): void;
};

const targetPrefix = 'TrentService.';
const maxBodyBytes = 64 * 1024;

/** True for what an AWS SDK sends to KMS: a POST with `X-Amz-Target: TrentService.<operation>`, to whatever path. */
export const isKmsRequest = (request: IncomingMessage): boolean =>
  request.method === 'POST' && target(request).startsWith(targetPrefix);

/**
 * A small KMS: symmetric keys, aliases, encryption contexts and data keys, over AWS JSON 1.1. Requests have to carry a
 * SigV4 `Authorization` header, which is not verified.
 * @param options.directory where `keys.json` is kept (mode 0600); absent: in memory only
 * @throws TagboatError `local-state-damaged`
 */
export const createKms = async (
  options: { readonly directory?: string | undefined; readonly clock?: Clock; readonly logger?: Logger } = {},
): Promise<LocalKms> => {
  const { directory, clock = systemClock, logger = silentLogger } = options;
  const ring =
    directory === undefined
      ? createKeyRing(
          { keys: [], aliases: [] },
          () => clock.now(),
          async () => {},
        )
      : createKeyRing(await readKeyFile(directory), () => clock.now(), keyFileWriter(directory));
  return {
    handle(request, response) {
      answer(ring, request, () => clock.now()).then(
        (output) => send(response, 200, output),
        (error: unknown) => {
          const known =
            error instanceof KmsError ? error : new KmsError('KMSInternalException', 'Internal error');
          if (known !== error) logger.error('local KMS failed', { error: String(error) });
          const message = known.message === '' ? {} : { message: known.message };
          send(response, known.status, { __type: known.type, ...message }, known.type);
        },
      );
    },
  };
};

const answer = async (ring: KeyRing, request: IncomingMessage, now: () => number): Promise<unknown> => {
  const body = await readBody(request);
  if (!(request.headers.authorization ?? '').startsWith('AWS4-HMAC-SHA256 Credential='))
    throw new KmsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const name = target(request).slice(targetPrefix.length);
  const operation = isKmsRequest(request) && Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new KmsError('UnknownOperationException');
  return operation(ring, parseInput(body), now);
};

const target = (request: IncomingMessage): string => {
  const header = request.headers['x-amz-target'];
  return typeof header === 'string' ? header : '';
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Read on, so that the answer arrives, but keep nothing.
    if (length <= maxBodyBytes) chunks.push(chunk);
  }
  if (length > maxBodyBytes) throw new KmsError('ValidationException', 'The request is too large.');
  return Buffer.concat(chunks);
};

const send = (response: ServerResponse, status: number, output: unknown, errorType?: string): void => {
  if (response.destroyed) return;
  const body = output === undefined ? '' : JSON.stringify(output);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-cache, no-store, must-revalidate, private',
    'x-amzn-requestid': randomUUID(),
    ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }),
  });
  response.end(body);
};
