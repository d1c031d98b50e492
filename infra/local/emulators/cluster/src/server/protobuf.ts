import type { JsonObject } from '../json.ts';

/**
 * `kubectl create namespace|configmap|secret|serviceaccount` sends Protocol Buffers, and does not fall back to JSON when
 * answered 415: without this, no kubectl could create them. These few kinds are simple enough to read without a schema
 * compiler.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding,
 * k8s.io/api/core/v1/generated.proto, k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto
 */
export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

type Fields = ReadonlyMap<number, readonly Buffer[]>;

/** The length-delimited fields of a message by number; numbers and the like are skipped. */
const fieldsOf = (message: Buffer): Fields => {
  const fields = new Map<number, Buffer[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      const value = message.subarray(at, at + length);
      at += length;
      fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
    } else break;
  }
  return fields;
};

const text = (fields: Fields, number: number): string => fields.get(number)?.at(-1)?.toString('utf8') ?? '';

const map = (fields: Fields, number: number, encoding: 'utf8' | 'base64'): JsonObject =>
  Object.fromEntries(
    (fields.get(number) ?? []).map((entry) => {
      const pair = fieldsOf(entry);
      return [text(pair, 1), (pair.get(2)?.at(-1) ?? Buffer.alloc(0)).toString(encoding)];
    }),
  );

const metadataOf = (object: Fields): JsonObject => {
  const meta = fieldsOf(object.get(1)?.at(-1) ?? Buffer.alloc(0));
  const namespace = text(meta, 3);
  return {
    name: text(meta, 1),
    generateName: text(meta, 2) || undefined,
    ...(namespace === '' ? {} : { namespace }),
    labels: map(meta, 11, 'utf8'),
    annotations: map(meta, 12, 'utf8'),
  };
};

const byKind: Readonly<Record<string, (object: Fields) => JsonObject>> = {
  Namespace: () => ({}),
  ServiceAccount: () => ({}),
  ConfigMap: (object) => ({ data: map(object, 2, 'utf8'), binaryData: map(object, 3, 'base64') }),
  Secret: (object) => ({
    data: map(object, 2, 'base64'),
    type: text(object, 3) || undefined,
    stringData: map(object, 4, 'utf8'),
  }),
};

/** The same object as JSON; undefined for a kind that is only taken as JSON. */
export const decodeProtobuf = (body: Buffer): string | undefined => {
  if (!body.subarray(0, magic.length).equals(magic)) return undefined;
  const envelope = fieldsOf(body.subarray(magic.length));
  const type = fieldsOf(envelope.get(1)?.at(-1) ?? Buffer.alloc(0));
  const object = fieldsOf(envelope.get(2)?.at(-1) ?? Buffer.alloc(0));
  const kind = text(type, 2);
  const rest = byKind[kind];
  if (rest === undefined || text(type, 1) !== 'v1') return undefined;
  return JSON.stringify({ apiVersion: 'v1', kind, metadata: metadataOf(object), ...rest(object) });
};
