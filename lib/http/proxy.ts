/**
 * For agents of our own: the proxy of the usual variables (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), which Node's own agents and
 * `fetch` use where `NODE_USE_ENV_PROXY` is set: https://nodejs.org/api/http.html#built-in-proxy-support
 */
export const proxyEnv: NodeJS.ProcessEnv | undefined =
  process.env.NODE_USE_ENV_PROXY === '1' ? process.env : undefined;
