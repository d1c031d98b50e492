import type { Route } from '../service/service.ts';

export type Match<T> = { readonly target: T; readonly parameters: Readonly<Record<string, string>> };

type Segment =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'parameter'; readonly name: string }
  | { readonly type: 'rest'; readonly name: string };

type Compiled<T> = { readonly method: string; readonly segments: readonly Segment[]; readonly target: T };

const rank = { literal: 0, parameter: 1, rest: 2 } as const;

/**
 * Picks the route as an HTTP API does: a literal segment before `{name}` before `{name+}`, a method before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const createRouter = <T>(routes: readonly (Route & { readonly target: T })[]) => {
  const compiled = routes.map(compile).toSorted(bySpecificity);
  return (method: string, pathname: string): Match<T> | undefined => {
    const parts = pathname.split('/').slice(1);
    for (const route of compiled) {
      if (route.method !== '*' && route.method !== method) continue;
      const parameters = matchSegments(route.segments, parts);
      if (parameters !== undefined) return { target: route.target, parameters };
    }
    return undefined;
  };
};

const compile = <T>(route: Route & { readonly target: T }): Compiled<T> => ({
  method: route.method.toUpperCase() === 'ANY' ? '*' : route.method.toUpperCase(),
  segments: route.path
    .split('/')
    .slice(1)
    .map((text): Segment => {
      const name = /^\{([^}+]+)(\+?)\}$/.exec(text);
      if (name?.[1] === undefined) return { type: 'literal', text };
      return { type: name[2] === '+' ? 'rest' : 'parameter', name: name[1] };
    }),
  target: route.target,
});

const bySpecificity = <T>(left: Compiled<T>, right: Compiled<T>): number => {
  for (const [index, segment] of left.segments.entries()) {
    const other = right.segments[index];
    const difference = other === undefined ? 0 : rank[segment.type] - rank[other.type];
    if (difference !== 0) return difference;
  }
  return Number(left.method === '*') - Number(right.method === '*');
};

const matchSegments = (
  segments: readonly Segment[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (segment.type === 'rest') {
      const rest = parts.slice(index);
      if (rest.length === 0) return undefined;
      parameters[segment.name] = rest.map(decode).join('/');
      return parameters;
    }
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.type === 'literal') {
      if (segment.text !== part) return undefined;
    } else if (part === '') return undefined;
    else parameters[segment.name] = decode(part);
  }
  return segments.length === parts.length ? parameters : undefined;
};

/** A malformed escape stays as it was written. */
export const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
