import type { JsonObject } from '../json.ts';
import { type FieldType, type Message, messages } from './protobuf-messages.ts';
import { readFields } from './protobuf-wire.ts';

/**
 * `kubectl create` sends Protocol Buffers, and does not fall back to JSON when answered 415: without this, no kubectl could
 * create anything. What it makes of its own accord is simple enough to read without a schema compiler.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

/** The fields of the envelope: what it is, and the object itself. Source: k8s.io/apimachinery/pkg/runtime/generated.proto */
const typeField = 1;
const objectField = 2;
const typeMeta: Message = { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] };

/** A message has a field that is not known here. */
class UnknownField extends Error {}

const fieldsOf = (bytes: Buffer) => {
  const fields = readFields(bytes);
  if (fields === undefined) throw new UnknownField();
  return fields;
};

const bytesOf = (value: number | Buffer): Buffer => {
  if (typeof value === 'number') throw new UnknownField();
  return value;
};

const numberOf = (value: number | Buffer): number => {
  if (typeof value !== 'number') throw new UnknownField();
  return value;
};

const text = (value: number | Buffer): string => bytesOf(value).toString('utf8');

/** An entry of a map is a message of its key and its value. */
const entryOf = (value: number | Buffer, encoding: 'utf8' | 'base64'): readonly [string, string] => {
  const pair = new Map(fieldsOf(bytesOf(value)).map((field) => [field.number, bytesOf(field.value)]));
  return [
    (pair.get(1) ?? Buffer.alloc(0)).toString('utf8'),
    (pair.get(2) ?? Buffer.alloc(0)).toString(encoding),
  ];
};

const integerOrString = (value: number | Buffer): number | string => {
  const fields = new Map(fieldsOf(bytesOf(value)).map((field) => [field.number, field.value]));
  return fields.get(1) === 1 ? text(fields.get(3) ?? Buffer.alloc(0)) : numberOf(fields.get(2) ?? 0);
};

/** The value of a field, with what came before it under the same number. */
const readValue = (type: FieldType, value: number | Buffer, earlier: unknown): unknown => {
  switch (type) {
    case 'string':
      return text(value);
    case 'integer':
      return numberOf(value);
    case 'boolean':
      return numberOf(value) !== 0;
    case 'integer-or-string':
      return integerOrString(value);
    case 'texts':
    case 'bytes':
      return {
        ...(earlier as JsonObject | undefined),
        ...Object.fromEntries([entryOf(value, type === 'texts' ? 'utf8' : 'base64')]),
      };
    case 'ignored':
      return undefined;
    default:
      if ('message' in type) return messageOf(bytesOf(value), type.message);
      return [
        ...((earlier as readonly unknown[] | undefined) ?? []),
        type.list === 'string' ? text(value) : messageOf(bytesOf(value), type.list),
      ];
  }
};

/** Go writes an empty text or number where none is given: left out, as JSON does it. */
const isEmpty = (value: unknown): boolean => value === '' || value === undefined;

const messageOf = (bytes: Buffer, message: Message): JsonObject => {
  const object: Record<string, unknown> = {};
  for (const { number, value } of fieldsOf(bytes)) {
    const [name, type] = message[number] ?? [];
    if (name === undefined || type === undefined) throw new UnknownField();
    const read = readValue(type, value, object[name]);
    if (!isEmpty(read)) object[name] = read;
  }
  return object as JsonObject;
};

const decode = (body: Buffer): JsonObject | undefined => {
  const fields = fieldsOf(body.subarray(magic.length));
  const bytesAt = (wanted: number) =>
    bytesOf(fields.find(({ number }) => number === wanted)?.value ?? Buffer.alloc(0));
  const { apiVersion, kind } = messageOf(bytesAt(typeField), typeMeta);
  const message = messages[`${String(apiVersion)} ${String(kind)}`];
  if (message === undefined) return undefined;
  return { apiVersion, kind, ...messageOf(bytesAt(objectField), message) } as JsonObject;
};

/** The same object as JSON; undefined for a kind, or with a field, that is only taken as JSON. */
export const decodeProtobuf = (body: Buffer): string | undefined => {
  if (!body.subarray(0, magic.length).equals(magic)) return undefined;
  try {
    const object = decode(body);
    return object === undefined ? undefined : JSON.stringify(object);
  } catch (error) {
    if (error instanceof UnknownField) return undefined;
    throw error;
  }
};
