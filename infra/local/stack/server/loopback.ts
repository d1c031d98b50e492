import type { IncomingMessage, ServerResponse } from 'node:http';
import { respondJson } from '../../runtime/gateway/respond.ts';

const loopback = /^(?:localhost|(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** The host of a `Host` header, without its port. */
const hostOf = (header: string): string => header.replace(/:\d*$/, '');

/**
 * Whether a request was meant for this machine: a page in a browser can have a name of its own lead to 127.0.0.1 (DNS rebinding),
 * and what is there has no other door.
 * @param own the address that the stack was told to listen on
 */
export const isMeantForLoopback = ({ headers }: IncomingMessage, own: string): boolean => {
  const host = hostOf(headers.host ?? '');
  return loopback.test(host) || host === own;
};

/**
 * Whether a page in a browser that is not of this machine wants something done: it may send a simple request to any server, and
 * just not read the answer. Browsers name the page's origin with every request that is no GET or HEAD.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin
 */
export const isOfForeignPage = ({ method, headers }: IncomingMessage, own: string): boolean => {
  const { origin } = headers;
  if (origin === undefined || method === 'GET' || method === 'HEAD') return false;
  const host = URL.canParse(origin) ? new URL(origin).hostname : '';
  return !loopback.test(host) && host !== own;
};

export const refuseForeignPage = ({ headers }: IncomingMessage, response: ServerResponse): void =>
  respondJson(response, 403, {
    message: `This is the local stack, which does nothing for a page of ${JSON.stringify(headers.origin ?? '').slice(0, 100)}.`,
  });

/** 421: https://www.rfc-editor.org/rfc/rfc9110#name-421-misdirected-request */
export const refuseMisdirected = ({ headers }: IncomingMessage, response: ServerResponse): void =>
  respondJson(response, 421, {
    message: `This is the local stack, which answers to localhost only, and not to ${JSON.stringify(headers.host ?? '').slice(0, 100)}. A tunnel that leads here has to rewrite the Host header.`,
  });
