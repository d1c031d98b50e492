import type { IncomingHttpHeaders } from 'node:http';
import { type Served, serve } from './serve.ts';

export type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly events: readonly NotificationEvent[] };
};
export type NotificationEvent = {
  readonly id: string;
  readonly target: { readonly tag: string; readonly digest: string; readonly mediaType: string };
  readonly [member: string]: unknown;
};

/** Where a registry may send its notifications: records them, and answers with the statuses given, the last one for ever. */
export const startHook = async (
  ...statuses: readonly number[]
): Promise<Served & { readonly received: readonly Received[] }> => {
  const received: Received[] = [];
  const server = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    received.push({
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Received['body'],
    });
    response.writeHead(statuses[received.length - 1] ?? statuses.at(-1) ?? 200).end();
  });
  return { ...server, received };
};
