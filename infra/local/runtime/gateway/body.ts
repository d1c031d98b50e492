import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body, up to a limit that is decided before anything beyond it is kept.
 * @param limit in bytes
 * @returns undefined where the body is larger; what is left of it is passed over, so that the client sees its answer
 */
export const readBody = async (request: IncomingMessage, limit: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = Number(request.headers['content-length'] ?? 0);
  if (length <= limit) {
    length = 0;
    // Leaving early must not destroy the request: the answer still has to go out on its socket.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > limit) break;
      chunks.push(chunk);
    }
  }
  if (length <= limit) return Buffer.concat(chunks);
  request.resume();
  return undefined;
};
