/** Status and headers that a CGI program wrote before its body. RFC 3875, section 6. */
export type CgiHead = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
};

/** A CGI program that has not ended its head within so many bytes writes no head. */
export const maxHeadBytes = 64 * 1024;

/**
 * Splits what a CGI program wrote into head and body, or answers undefined while the head is not complete.
 * @param output everything the program has written so far
 */
export const splitCgiOutput = (
  output: Buffer,
): { readonly head: CgiHead; readonly body: Buffer } | undefined => {
  const crlf = output.indexOf('\r\n\r\n');
  const lf = output.indexOf('\n\n');
  if (crlf === -1 && lf === -1) return undefined;
  const usesCrlf = crlf !== -1 && (lf === -1 || crlf < lf);
  const end = usesCrlf ? crlf : lf;
  const text = output.toString('latin1', 0, end);
  return { head: parseHead(text), body: output.subarray(end + (usesCrlf ? 4 : 2)) };
};

const parseHead = (text: string): CgiHead => {
  const headers: (readonly [string, string])[] = [];
  let status = 200;
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500;
    else headers.push([name, value]);
  }
  return { status, headers };
};
