/** A CGI program that has not ended its head within so many bytes writes no head. */
export const maxHeadBytes = 64 * 1024;

/**
 * Splits what a CGI program wrote into status, headers and body (RFC 3875, section 6), or answers undefined while the head
 * is not complete.
 * @param output everything the program has written so far
 */
export const splitCgiOutput = (output: Buffer) => {
  const text = output.toString('latin1');
  const end = /\r\n\r\n|\n\n/.exec(text);
  if (end === null) return undefined;
  const headers: (readonly [string, string])[] = [];
  let status = 200;
  for (const line of text.slice(0, end.index).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500;
    else headers.push([name, value]);
  }
  return { status, headers, body: output.subarray(end.index + end[0].length) };
};
