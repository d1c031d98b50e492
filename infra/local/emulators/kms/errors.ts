/**
 * An error that KMS answers with; the SDK makes an exception of that name of it.
 * https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the errors of each operation
 */
export type KmsErrorType =
  | 'AlreadyExistsException'
  | 'DisabledException'
  | 'IncorrectKeyException'
  | 'InvalidAliasNameException'
  | 'InvalidArnException'
  | 'InvalidCiphertextException'
  | 'InvalidKeyUsageException'
  | 'KMSInternalException'
  | 'KMSInvalidStateException'
  | 'MissingAuthenticationTokenException'
  | 'NotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'UnsupportedOperationException'
  | 'ValidationException';

export class KmsError extends Error {
  override readonly name = 'KmsError';
  readonly type: KmsErrorType;

  constructor(type: KmsErrorType, message = '') {
    super(message);
    this.type = type;
  }

  get status(): number {
    return this.type === 'KMSInternalException' ? 500 : 400;
  }
}

/** The error of a parameter that is out of its bounds, in the words of the service. */
export const invalidValue = (parameter: string, constraint: string): KmsError =>
  new KmsError(
    'ValidationException',
    `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: ${constraint}`,
  );
