/**
 * An error that KMS answers with; the SDK makes an exception of that name of it.
 * https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the errors of each operation
 */
export class KmsError extends Error {
  override readonly name = 'KmsError';
  readonly type: `${string}Exception`;

  constructor(type: KmsError['type'], message = '') {
    super(message);
    this.type = type;
  }

  get status(): number {
    return this.type === 'KMSInternalException' ? 500 : 400;
  }
}
