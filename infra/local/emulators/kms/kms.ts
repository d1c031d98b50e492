import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../../../../lib/clock.ts';
import { type Logger, silentLogger } from '../../../../lib/logger.ts';
import { readBody } from '../../runtime/gateway/body.ts';
import { KmsError } from './errors.ts';
import { parseInput } from './input.ts';
import { keyFileWriter, readKeyFile } from './key-file.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { operations } from './operations.ts';

const targetPrefix = 'TrentService.';
const maxBodyBytes = 64 * 1024;

/** True for what an AWS SDK sends to KMS: a POST with `X-Amz-Target: TrentService.<operation>`, to whatever path. */
export const isKmsRequest = (request: IncomingMessage): boolean =>
  request.method === 'POST' && target(request).startsWith(targetPrefix);

/**
 * A small KMS: symmetric keys, aliases, encryption contexts and data keys, over AWS JSON 1.1. Requests have to carry a
 * SigV4 `Authorization` header; the stack verifies it, in front of all its AWS services.
 * @param options.directory where `keys.json` is kept (mode 0600); absent: in memory only
 * @throws TagboatError `local-state-damaged`
 */
export const createKms = async (
  options: { readonly directory?: string | undefined; readonly clock?: Clock; readonly logger?: Logger } = {},
) => {
  const { directory, clock = systemClock, logger = silentLogger } = options;
  const ring = createKeyRing(
    directory === undefined ? { keys: [], aliases: [] } : await readKeyFile(directory),
    () => clock.now(),
    directory === undefined ? async () => {} : keyFileWriter(directory),
  );
  return {
    /** Answers the requests that `isKmsRequest` knows; any other is an unknown operation. */
    handle(request: IncomingMessage, response: ServerResponse): void {
      answer(ring, request).then(
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

const answer = async (ring: KeyRing, request: IncomingMessage): Promise<unknown> => {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) throw new KmsError('ValidationException', 'The request is too large.');
  if (!(request.headers.authorization ?? '').startsWith('AWS4-HMAC-SHA256 Credential='))
    throw new KmsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const name = target(request).slice(targetPrefix.length);
  const operation = isKmsRequest(request) && Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new KmsError('UnknownOperationException');
  return operation(ring, parseInput(body));
};

const target = (request: IncomingMessage): string => {
  const header = request.headers['x-amz-target'];
  return typeof header === 'string' ? header : '';
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
