import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body, up to a limit that is decided before anything beyond it is kept.
 * @param limit in bytes
 * @returns undefined where the body is larger
 */
export const readBody = async (request: IncomingMessage, limit: number): Promise<Buffer | undefined> => {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving early must not destroy the request: the answer still has to go out on its socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
