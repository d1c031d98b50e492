import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../context.ts';
import { type DeleteOptions, deleteObject } from '../deletion.ts';
import { pods } from '../resources.ts';
import type { Registry, WriteOptions } from '../rest-storage.ts';
import { ApiError, methodNotAllowed, notFound, success, unauthorized, unknownPath } from '../status.ts';
import type { KubeObject, Pod } from '../types.ts';
import { accessReviewPath, reviewAccess } from './access-review.ts';
import { type Body, parseObject, parseOptional, readBody } from './body.ts';
import { discovery, versionInfo } from './discovery.ts';
import { listObjects, selectorOf } from './list.ts';
import { type LogSource, serveLogs } from './logs.ts';
import { openapi, openapiV2 } from './openapi.ts';
import { patchObject } from './patch-object.ts';
import { createPresenter, formOf } from './present.ts';
import { parseRoute, type Route } from './route.ts';
import { toScale, withScale } from './scale.ts';
import { watchObjects } from './watch.ts';

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.end(JSON.stringify(body));
};

const isAuthorized = (request: IncomingMessage, token: string): boolean => {
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** The paths anybody may see, as `system:public-info-viewer` grants them. */
const isPublic = (pathname: string): boolean => /^\/(?:version|healthz|livez|readyz)(?:\/|$)/.test(pathname);

const writeOptions = (request: IncomingMessage, query: URLSearchParams, route: Route): WriteOptions => {
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  const { subresource } = route;
  if (subresource !== undefined && subresource !== 'status' && subresource !== 'scale') throw unknownPath();
  return {
    fieldManager: query.get('fieldManager') || agent,
    dryRun: query.get('dryRun') === 'All',
    strict: query.get('fieldValidation') === 'Strict',
    subresource,
  };
};

const deleteOptions = (text: string, query: URLSearchParams): DeleteOptions => {
  const body = parseOptional(text) as DeleteOptions & { dryRun?: unknown; orphanDependents?: boolean };
  const grace = query.get('gracePeriodSeconds');
  return {
    gracePeriodSeconds: grace === null ? body.gracePeriodSeconds : Number(grace),
    propagationPolicy:
      (query.get('propagationPolicy') as DeleteOptions['propagationPolicy']) ?? body.propagationPolicy,
    preconditions: body.preconditions,
    dryRun: query.get('dryRun') === 'All' || Array.isArray(body.dryRun),
  };
};

/** The HTTP face of the cluster. What is thrown as an ApiError is answered as its Status; anything else is a 500. */
export const createHandler = (context: Context, registry: Registry, logs: LogSource, token: string) => {
  const { store, clock, logger } = context;
  const streams = new Set<() => void>();

  const stream = (start: (onEnd: () => void) => () => void): void => {
    let ended = false;
    // It may end before it has begun: a watch from a version that is gone.
    let end = (): void => {};
    end = start(() => {
      ended = true;
      streams.delete(end);
    });
    if (!ended) streams.add(end);
  };

  const presenterFor = (request: IncomingMessage, { resource }: Route, query: URLSearchParams) =>
    createPresenter(formOf(request.headers.accept), resource, query.get('includeObject'), clock.now);

  const read = (
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    query: URLSearchParams,
  ): void => {
    const { resource, namespace, name, subresource } = route;
    const presenter = presenterFor(request, route, query);
    const isWatch = query.get('watch') === 'true' || query.get('watch') === '1';
    if (name === undefined && isWatch) {
      const matches = selectorOf(query, resource);
      stream((onEnd) =>
        watchObjects(context, response, {
          resource,
          namespace,
          matches,
          query,
          present: presenter.one,
          onEnd,
        }),
      );
      return;
    }
    if (name === undefined) {
      const { items, metadata } = listObjects(store, resource, namespace, query);
      send(response, 200, presenter.list(items, metadata));
      return;
    }
    const object = store.get(resource, namespace, name);
    if (object === undefined) throw notFound(resource, name);
    if (subresource === 'log' && resource.key === pods.key)
      stream((onEnd) => serveLogs(logs, object as Pod, query, response, onEnd));
    else if (subresource === 'scale' && resource.scale) send(response, 200, toScale(object));
    else if (subresource === undefined || (subresource === 'status' && resource.status))
      send(response, 200, presenter.one(object));
    else throw unknownPath();
  };

  const remove = (response: ServerResponse, route: Route, query: URLSearchParams, text: string): void => {
    const { resource, namespace, name } = route;
    const options = deleteOptions(text, query);
    if (name === undefined) {
      const { items, metadata } = listObjects(store, resource, namespace, query);
      for (const item of items) deleteObject(context, resource, item, options);
      send(response, 200, createPresenter('object', resource, null, clock.now).list(items, metadata));
      return;
    }
    const live = store.get(resource, namespace, name);
    if (live === undefined) throw notFound(resource, name);
    const { object, gone } = deleteObject(context, resource, live, options);
    // Pods are answered as they are; of most other things only that they are gone.
    const body = gone && resource.key !== pods.key ? success(resource, name, object.metadata.uid) : object;
    send(response, 200, body);
  };

  const write = (
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    query: URLSearchParams,
    sent: Body,
  ): void => {
    const { resource, namespace, name } = route;
    const options = writeOptions(request, query, route);
    const { text, type } = sent;
    const isScale = options.subresource === 'scale';
    const shown = (object: KubeObject): unknown =>
      isScale ? toScale(object) : presenterFor(request, route, query).one(object);
    if (request.method === 'POST' && name === undefined) {
      if (resource.namespaced && namespace === undefined) throw methodNotAllowed();
      const created = registry.create(resource, namespace, parseObject(text, type, resource), options);
      send(response, 201, shown(created));
    } else if (request.method === 'PUT' && name !== undefined) {
      const body = isScale ? parseOptional(text) : parseObject(text, type, resource);
      const change = (live: KubeObject) => (isScale ? withScale(live, body) : (body as KubeObject));
      send(response, 200, shown(registry.update(resource, namespace, name, change, options)));
    } else if (request.method === 'PATCH' && name !== undefined) {
      const { object, created } = patchObject(registry, { ...route, name }, { text, type, query }, options);
      send(response, created ? 201 : 200, shown(object));
    } else throw methodNotAllowed();
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://cluster');
    const { pathname, searchParams: query } = url;
    if (!isPublic(pathname) && !isAuthorized(request, token)) throw unauthorized();
    const isGet = request.method === 'GET';
    if (isGet && pathname === '/version') return send(response, 200, versionInfo);
    if (/^\/(?:healthz|livez|readyz)(?:\/|$)/.test(pathname)) {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end('ok');
      return;
    }
    if (isGet && pathname === '/openapi/v2') {
      // Not the media type that was asked for: Go cannot parse its `@`, and an API server does not send it either.
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(openapiV2());
      return;
    }
    const document = isGet ? (discovery(pathname) ?? openapi(pathname)) : undefined;
    if (document !== undefined) return send(response, 200, document);
    if (pathname === accessReviewPath && request.method === 'POST')
      return send(response, 201, reviewAccess(await readBody(request)));
    const route = parseRoute(pathname);
    if (route === undefined) throw unknownPath();
    if (isGet) return read(request, response, route, query);
    const body = await readBody(request);
    if (request.method === 'DELETE') remove(response, route, query, body.text);
    else write(request, response, route, query, body);
  };

  return {
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      serve(request, response).catch((error: unknown) => {
        if (response.headersSent || response.destroyed) {
          response.destroy();
          return;
        }
        if (!(error instanceof ApiError)) logger.error('cluster request failed', { error: String(error) });
        const answer =
          error instanceof ApiError
            ? error
            : new ApiError(500, 'InternalError', 'an internal error occurred');
        send(response, answer.code, answer.body);
      });
    },
    /** Ends every watch and followed log. */
    close: (): void => {
      for (const end of [...streams]) end();
    },
  };
};
