import { TagboatError } from '../errors.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and those of Decrypt, Encrypt, GenerateDataKey */
const retryable =
  /Throttling|TooManyRequests|LimitExceeded|Timeout|KeyUnavailable|KMSInternal|InternalFailure|ServiceUnavailable/;

const statusOf = (error: Error): number | undefined => {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status: unknown = Object(metadata).httpStatusCode;
  return typeof status === 'number' ? status : undefined;
};

/** `ECONNREFUSED` and the like: errors of the network have no name of their own. */
const systemCode = (error: unknown): string | undefined => {
  const code: unknown = Object(error).code;
  return typeof code === 'string' && /^E[A-Z_]+$/.test(code) ? code : undefined;
};

/**
 * What went wrong between us and KMS, as one of ours. KMS' own words are the cause and not repeated: they name accounts
 * and roles.
 * @param options `checked`: false where the sealed value has no checksum, and may as well be damaged
 */
export const fromKmsError = (
  error: unknown,
  slot: string,
  options: { readonly checked?: boolean } = {},
): TagboatError => {
  if (error instanceof TagboatError) return error;
  const { name } = error instanceof Error ? error : { name: 'unknown' };
  const status = error instanceof Error ? statusOf(error) : undefined;
  const cause = { cause: error };
  const orAltered = options.checked === false ? ', or is altered: it carries no checksum to tell' : '';
  if (name === 'InvalidCiphertextException' || name === 'IncorrectKeyException')
    return new TagboatError(
      'secret-wrong-slot',
      `the sealed value of ${slot} was made for another slot or key${orAltered}`,
      cause,
    );
  if (name === 'CredentialsProviderError')
    return new TagboatError(
      'aws-not-configured',
      `there are no AWS credentials to ask KMS for ${slot} with`,
      cause,
    );
  if (error instanceof Error && error.message === 'Region is missing')
    return new TagboatError('aws-not-configured', `no AWS region is set to ask KMS for ${slot} in`, cause);
  if (status === undefined || status >= 500 || status === 429 || retryable.test(name))
    return new TagboatError(
      'kms-unreachable',
      `KMS did not answer for ${slot} (${systemCode(error) ?? name})`,
      cause,
    );
  return new TagboatError('kms-denied', `KMS refuses ${slot} (${name})`, cause);
};
