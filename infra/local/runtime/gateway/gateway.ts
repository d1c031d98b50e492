import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Invocation } from '../lambda/function.ts';
import type { Route } from '../service/service.ts';
import { readBody } from './body.ts';
import { toEvent } from './event.ts';
import { respondError, respondJson, respondUnavailable, respondWith } from './respond.ts';
import { createRouter } from './routes.ts';

/** What an HTTP API takes in one request, in bytes. */
const bodyLimit = 10 * 1024 * 1024;

export type GatewayRoute = Route & { readonly invoke: (event: unknown) => Promise<Invocation> };

/** Stands where API Gateway stands: an HTTP request becomes an event for a function, its result the response. */
export const createGateway = (routes: readonly GatewayRoute[]) => {
  const match = createRouter(
    routes.map((route) => ({
      ...route,
      target: { routeKey: `${route.method} ${route.path}`, invoke: route.invoke },
    })),
  );

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? 'GET';
    const pathname = (request.url ?? '/').split('?')[0] ?? '/';
    const found = match(method, pathname);
    if (found === undefined) {
      request.resume();
      return respondError(response, 'route-unknown', `there is nothing at ${method} ${shownPath(pathname)}`);
    }
    const body = await readBody(request, bodyLimit);
    if (body === undefined)
      return respondJson(response, 413, { message: 'Request Entity Too Large' }, { connection: 'close' });
    const { parameters, target } = found;
    const result = await target.invoke(toEvent(request, body, { routeKey: target.routeKey, parameters }));
    switch (result.type) {
      case 'returned':
        if (!respondWith(response, result.value))
          respondJson(response, 500, { message: 'Internal Server Error' });
        return;
      case 'failed':
        return respondJson(response, 500, { message: 'Internal Server Error' });
      case 'throttled':
      case 'timed-out':
        return respondUnavailable(response, { message: 'Service Unavailable' });
    }
  };

  return { handle };
};

/** The first part of a path; what follows may be a key, behind a mistyped /webhook/dockerhub/<key>. */
const shownPath = (pathname: string): string => {
  const [first = '', ...rest] = pathname.slice(1).split('/');
  return `/${first.slice(0, 100)}${rest.length === 0 ? '' : '/…'}`;
};
