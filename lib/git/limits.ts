/** What one remote may cost. A function has little memory and little time, and a server may be broken or hostile. */
export type Limits = {
  /** Bytes of one response, as received and also once its `Content-Encoding` is undone. */
  readonly responseBytes: number;
  /** Bytes of one object, inflated. */
  readonly objectBytes: number;
  /** Bytes of all objects of one response, inflated. */
  readonly inflatedBytes: number;
  /** Milliseconds one request may take, from connecting to the last byte. */
  readonly requestTimeoutMs: number;
};

const mebibyte = 1024 * 1024;

export const defaultLimits: Limits = {
  responseBytes: 64 * mebibyte,
  objectBytes: 16 * mebibyte,
  inflatedBytes: 160 * mebibyte,
  requestTimeoutMs: 30_000,
};
