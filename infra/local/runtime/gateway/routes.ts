import type { Route } from '../service/service.ts';

/**
 * Picks the route as an HTTP API does: a literal segment before `{name}` before `{name+}`, a method before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const createRouter = <T>(routes: readonly (Route & { readonly target: T })[]) => {
  const compiled = routes.map(compile).toSorted((left, right) => (left.rank < right.rank ? -1 : 1));
  return (method: string, pathname: string) => {
    for (const route of compiled) {
      const values = route.method === '*' || route.method === method ? route.pattern.exec(pathname) : null;
      if (values === null) continue;
      const parameters = route.names.map((name, index) => [name, decode(values[index + 1] ?? '')]);
      return { target: route.target, parameters: Object.fromEntries(parameters) as Record<string, string> };
    }
    return undefined;
  };
};

const compile = <T>({ method, path, target }: Route & { readonly target: T }) => {
  const names: string[] = [];
  let rank = '';
  const segments = path.split('/').map((segment) => {
    const [, name, many] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    rank += name === undefined ? 0 : many === '' ? 1 : 2;
    if (name === undefined) return segment.replaceAll(/[^\w-]/g, '\\$&');
    names.push(name);
    return many === '' ? '([^/]+)' : '(.*)';
  });
  const isAny = method === '*' || method === 'ANY';
  return {
    method: isAny ? '*' : method,
    pattern: new RegExp(`^${segments.join('/')}$`),
    names,
    rank: `${rank} ${Number(isAny)}`,
    target,
  };
};

/** A malformed escape stays as it was written. */
export const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
