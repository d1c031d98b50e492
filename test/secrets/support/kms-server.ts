import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server treats whoever asks; `fail-once` fails the next request only. */
export type KmsMood = 'well' | 'deny' | 'disabled' | 'throttle' | 'fail' | 'fail-once' | 'hang';

export type KmsServer = {
  readonly endpoint: string;
  readonly keyId: string;
  mood: KmsMood;
  /** Operations asked for, in order, attempts that failed included. */
  readonly operations: string[];
  close(): Promise<void>;
};

type Fields = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly body: Fields };

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const names = [keyId, 'alias/tagboat-production'];

const refuse = (type: string, message: string, status = 400): Answer => ({
  status,
  body: { __type: type, message },
});

const moods: Readonly<Record<Exclude<KmsMood, 'well' | 'hang'>, Answer>> = {
  deny: refuse('AccessDeniedException', 'User: arn:aws:iam::123456789012:role/x is not authorized'),
  disabled: refuse('DisabledException', 'arn:aws:kms:eu-north-1:123456789012:key/x is disabled.'),
  throttle: refuse('ThrottlingException', 'You have exceeded the rate at which you may call KMS.'),
  fail: refuse('KMSInternalException', 'try again', 500),
  'fail-once': refuse('KMSInternalException', 'try again', 500),
};

const contextOf = (request: Fields): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(Object(request.EncryptionContext)).toSorted()));

const bytesOf = (value: unknown): Buffer => Buffer.from(String(value), 'base64');

const createOperations = (master: Buffer) => {
  const wrap = (plaintext: Buffer, request: Fields): string => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', master, iv).setAAD(contextOf(request));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from([1, 2, 2, 0]), iv, cipher.getAuthTag(), ciphertext]).toString('base64');
  };
  return {
    Encrypt: (request: Fields): Answer => {
      const plaintext = bytesOf(request.Plaintext);
      if (plaintext.length > 4096)
        return refuse('ValidationException', 'plaintext failed to satisfy constraint');
      return { status: 200, body: { CiphertextBlob: wrap(plaintext, request), KeyId: keyId } };
    },
    GenerateDataKey: (request: Fields): Answer => {
      const key = randomBytes(32);
      return {
        status: 200,
        body: { Plaintext: key.toString('base64'), CiphertextBlob: wrap(key, request), KeyId: keyId },
      };
    },
    Decrypt: (request: Fields): Answer => {
      const blob = bytesOf(request.CiphertextBlob);
      try {
        const decipher = createDecipheriv('aes-256-gcm', master, blob.subarray(4, 16), { authTagLength: 16 });
        decipher.setAAD(contextOf(request)).setAuthTag(blob.subarray(16, 32));
        const plaintext = Buffer.concat([decipher.update(blob.subarray(32)), decipher.final()]);
        return { status: 200, body: { Plaintext: plaintext.toString('base64'), KeyId: keyId } };
      } catch {
        return refuse('InvalidCiphertextException', '');
      }
    },
  };
};

const readJson = async (request: IncomingMessage): Promise<Fields> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

/** A KMS with one key, `alias/tagboat`, that speaks AWS JSON 1.1 over real HTTP and can be put into a bad mood. */
export const startKmsServer = async (): Promise<KmsServer> => {
  const operations = createOperations(randomBytes(32));
  const answer = (operation: string, request: Fields): Answer => {
    if (operation !== 'Encrypt' && operation !== 'GenerateDataKey' && operation !== 'Decrypt')
      return refuse('UnknownOperationException', operation);
    if (operation !== 'Decrypt' && !names.includes(String(request.KeyId)))
      return refuse('NotFoundException', `${request.KeyId} is not found.`);
    return operations[operation](request);
  };
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace(/^TrentService\./, '');
    const fields = await readJson(request);
    state.operations.push(operation);
    const { mood } = state;
    if (mood === 'hang') return;
    if (mood === 'fail-once') state.mood = 'well';
    const { status, body } = mood === 'well' ? answer(operation, fields) : moods[mood];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const state: KmsServer = {
    endpoint: `http://127.0.0.1:${port}`,
    keyId,
    mood: 'well',
    operations: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
  return state;
};
