import { isCertificateError } from '../../certificate-errors.ts';
import { type ErrorCode, TagboatError } from '../../errors.ts';
import { jsonOrUndefined } from '../../json.ts';
import { mapping } from '../../mapping.ts';

/** What the API server answered instead of an object; the `cause` of the TagboatError that is made of it. */
class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  /** The machine-readable reason of a Kubernetes `Status`: `NotFound`, `Expired`, … */
  readonly reason: string | undefined;

  constructor(status: number, reason: string | undefined, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The HTTP status behind an error, or undefined where there was no answer. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof TagboatError && error.cause instanceof ApiFailure ? error.cause.status : undefined;

const maxMessage = 1000;

/** Messages of a 500 that is about the object sent, not about the server: old servers answer so to a wrong field type. */
const blamesObject = /failed to create typed|failed to create manager for existing fields|failed to convert/;

const codeOf = (status: number, message: string): ErrorCode => {
  if (status === 401) return 'cluster-credentials-refused';
  if (status === 403) return 'cluster-forbidden';
  if (status === 409) return 'cluster-conflict';
  if (status === 500 && blamesObject.test(message)) return 'cluster-refused';
  if (status === 408 || status === 429 || status >= 500 || status < 400) return 'cluster-unreachable';
  return 'cluster-refused';
};

/** A server that refuses a change repeats the whole of what it refuses as Go prints it, environments included. */
const withoutDumps = (message: string): string =>
  message.replaceAll(/(Invalid value: &?[\w.*[\]]+)\{.*?\}(?=: [a-z]|$)/gs, '$1{…}');

const readStatus = (body: string): { readonly message?: string; readonly reason?: string } => {
  const { message, reason } = mapping(jsonOrUndefined(body));
  return {
    ...(typeof message === 'string' ? { message: withoutDumps(message).slice(0, maxMessage) } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
};

/**
 * The error for an answer that is not 2xx. The server's own words are kept where it speaks Kubernetes; the body of a
 * proxy or a login page is not.
 * @param what what was being done, for the message: `apply Deployment default/web`
 * @param quote false where the server's words may repeat a secret (it quotes invalid values): only the reason is kept
 */
export const fromResponse = (
  what: string,
  response: {
    readonly status: number;
    readonly body: string;
    readonly retryAfterSeconds?: number | undefined;
  },
  quote = true,
): TagboatError => {
  const { message, reason } = readStatus(response.body);
  const words = quote ? (message ?? reason) : reason;
  return new TagboatError(
    codeOf(response.status, message ?? ''),
    `${what}: ${words ?? 'no explanation from the server'} (HTTP ${response.status})`,
    {
      cause: new ApiFailure(response.status, reason, words ?? ''),
      retryAfterSeconds: response.retryAfterSeconds,
    },
  );
};

/** The error for a request that got no answer: refused, reset, timed out, or TLS that cannot be trusted. */
export const fromNetwork = (what: string, server: string, error: unknown): TagboatError => {
  const code =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
      ? error.code
      : undefined;
  const untrusted = isCertificateError(error);
  const why = untrusted
    ? `its certificate cannot be trusted (${code}); check certificate-authority-data of the kubeconfig`
    : code === undefined
      ? 'no answer'
      : `no answer (${code})`;
  return new TagboatError('cluster-unreachable', `${what}: ${server}: ${why}`, {
    cause: error,
    retry: untrusted ? 'terminal' : undefined,
  });
};
