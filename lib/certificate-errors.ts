/** Codes of certificate errors, which trying again does not help. */
const certificateErrors: ReadonlySet<unknown> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True for an error of a connection whose certificate is not trusted: trying again does not help, trusting it does. */
export const isCertificateError = (error: unknown): boolean => certificateErrors.has(Object(error).code);
