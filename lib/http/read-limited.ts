/**
 * The body of a response, or undefined where it has more than `limit` bytes; the rest is then not read.
 * What goes wrong on the way is thrown as `fetch` throws it.
 */
export const readLimited = async (response: Response, limit: number): Promise<Uint8Array | undefined> => {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
