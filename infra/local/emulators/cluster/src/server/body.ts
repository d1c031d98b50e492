import type { IncomingMessage } from 'node:http';
import { parseDocument } from 'yaml';
import { isObject } from '../json.ts';
import { ApiError, badRequest, tooLarge, unsupportedMediaType } from '../status.ts';
import type { KubeObject } from '../types.ts';
import { decodeProtobuf, protobufType } from './protobuf.ts';

/** As large as etcd lets an object be, twice over. */
const maxBodyBytes = 3 * 1024 * 1024;

export type Body = { readonly text: string; readonly type: string };

/** The body as text, and its media type. @throws ApiError 413 */
export const readBody = async (request: IncomingMessage): Promise<Body> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const type = mediaType(request);
  const decoded = type === protobufType ? decodeProtobuf(bytes) : undefined;
  return decoded === undefined
    ? { text: bytes.toString('utf8'), type }
    : { text: decoded, type: 'application/json' };
};

const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';

const parse = (text: string, type: string): unknown => {
  if (type.endsWith('yaml')) {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined)
      throw badRequest(`error decoding YAML: ${error.message.split('\n')[0] ?? 'not valid'}`);
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : 'not valid'}`,
    );
  }
};

const objectTypes = ['application/json', 'application/yaml'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** An object, of the kind the path is about. @throws ApiError 400, 415 */
export const parseObject = (
  text: string,
  type: string,
  accepted: { apiVersion: string; kind: string },
): KubeObject => {
  if (!objectTypes.includes(type) && !patchTypes.includes(type)) throw unsupportedMediaType(objectTypes);
  const body = parse(text, type);
  if (!isObject(body))
    throw badRequest(`the object provided is unrecognized (must be of type ${accepted.kind})`);
  const { apiVersion, kind } = body;
  if (apiVersion !== undefined && apiVersion !== accepted.apiVersion)
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${accepted.apiVersion})`,
    );
  if (kind !== undefined && kind !== accepted.kind)
    throw badRequest(
      `${String(kind)} in version "${accepted.apiVersion.split('/').at(-1)}" cannot be handled as a ${accepted.kind}: no kind "${String(kind)}" is registered for version "${accepted.apiVersion}"`,
    );
  if (body.metadata !== undefined && !isObject(body.metadata)) throw badRequest('metadata is not an object');
  return { ...body, apiVersion: accepted.apiVersion, kind: accepted.kind } as KubeObject;
};

/** @throws ApiError 400, 415 */
export const parsePatch = (text: string, type: string): unknown => {
  if (!patchTypes.includes(type)) throw unsupportedMediaType(patchTypes);
  return parse(text, type);
};

/** Options in the body of a DELETE; an empty body means none. */
export const parseOptional = (text: string): Readonly<Record<string, unknown>> => {
  if (text.trim() === '') return {};
  const body = parse(text, 'application/json');
  if (!isObject(body)) throw new ApiError(400, 'BadRequest', 'the options are not an object');
  return body;
};
