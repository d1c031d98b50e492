import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import {
  type Ignored,
  type IgnoredReason,
  type Parsed,
  type SourceEvent,
  unnamedDelivery,
} from '../event.ts';
import type { RawRequest } from '../http.ts';
import { jsonOrUndefined } from '../json.ts';

/** A short text that can be stored and shown, without control characters and halves of characters: names, tags, ids. */
export const word = z.string().check(z.regex(/^[^\p{Cc}\p{Cs}\p{NChar}]{1,1024}$/u));

/** The id of an object of Git: a commit, or the object of an annotated tag. */
export const objectId = z.string().check(z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/));

/** The id of a delivery in a header, which nobody signs: any other text is not kept. */
export const deliveryOf = ({ headers }: RawRequest, header: string): string => {
  const given = headers[header] ?? '';
  return /^[\w-]{1,100}$/.test(given) ? given : unnamedDelivery;
};

/** What a sender calls a person. It is no part of what is announced: one that is no name is left out. */
export const person = (value: unknown): string | undefined => z.safeParse(word, value).data;

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * A time that a sender has written down, as seconds since 1970 or in ISO 8601, in milliseconds since 1970. It is no part of what is
 * announced: what is no time is left out.
 */
export const timeIn = (value: unknown): number | undefined => {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  if (/^\d{1,11}(?:\.\d+)?$/.test(text)) return Math.floor(Number(text) * 1000);
  const time = iso.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
};

/**
 * The text of a body, exactly: encoding it again gives the same bytes, byte order mark included.
 * Undefined where the bytes are not UTF-8.
 */
export const exactText = (body: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
};

/**
 * The JSON value of a body.
 * @throws TagboatError `payload-not-json`
 */
export const parseJson = (body: Uint8Array | string | undefined): unknown => {
  const text = body instanceof Uint8Array ? exactText(body) : body;
  if (text === undefined || text === '')
    throw new TagboatError('payload-not-json', 'the body is empty or not UTF-8');
  const payload = jsonOrUndefined(text);
  if (payload === undefined) throw new TagboatError('payload-not-json', 'the body is not JSON');
  return payload;
};

/**
 * The part of a payload that is used, in its checked shape; everything else in it is dropped.
 * @throws TagboatError `payload-invalid`, naming the place and never the value
 */
export const checkShape = <T extends z.ZodMiniType>(schema: T, payload: unknown): z.output<T> => {
  const result = z.safeParse(schema, payload);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.map(String).join('.') ?? '';
  throw new TagboatError(
    'payload-invalid',
    `${place === '' ? 'the payload' : `\`${place}\``} is missing or not of the expected type`,
  );
};

/** A genuine request that announces one thing. */
export const announced = (event: SourceEvent): Parsed => ({ events: [event], ignored: [] });

/** A genuine request that announces nothing, and why. */
export const ignored = (reason: IgnoredReason, message: string): Parsed => ({
  events: [],
  ignored: [{ reason, message } satisfies Ignored],
});
