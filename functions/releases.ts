import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { boundCalls, forLambda } from '../lib/app/lambda.ts';
import type { Runtime } from '../lib/app/runtime.ts';
import { equalInConstantTime } from '../lib/constant-time.ts';
import { TagboatError } from '../lib/errors.ts';
import { httpErrors, json, toRawRequest } from '../lib/http.ts';
import { listDrift } from '../lib/release/api/drift.ts';
import { listReleases } from '../lib/release/api/list.ts';
import { viewOf } from '../lib/release/api/view.ts';
import { verifyRotated } from '../lib/rotated-secret.ts';

/** GET /releases?app=&environment=&limit=&before= and GET /releases/{id}, behind the token sealed under `api.token`. */
export const createHandler = (runtime: Runtime) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpErrors(runtime.logger))
    .use(boundCalls(runtime))
    .handler(async (event: APIGatewayProxyEventV2) => {
      const request = toRawRequest(event);
      await authorize(request.headers.authorization, runtime);
      const id = event.pathParameters?.id;
      if (id === undefined) {
        const releases = await listReleases(request.query, runtime);
        const drift = await listDrift(request.query, runtime);
        return json(200, { releases: releases.map(viewOf), drift });
      }
      const release = isUlid(id) ? await runtime.store.findById(id.toUpperCase()) : undefined;
      if (release === undefined)
        throw new TagboatError('release-unknown', `there is no release ${id.slice(0, 60)}`);
      return json(200, viewOf(release));
    });

/** https://github.com/ulid/spec */
const isUlid = (text: string): boolean => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(text);

/** Without a token in tagboat.yml open on the local stack, and closed when deployed. */
const authorize = async (
  header: string | undefined,
  { config, secrets, logger, local }: Runtime,
): Promise<void> => {
  const token = config.api?.token;
  if (token === undefined && local !== undefined) return;
  if (token === undefined)
    throw new TagboatError('unauthorized', 'no `api.token` is configured, so nobody may read the releases');
  const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
  const open = (sealed: string) => () => secrets.unseal(sealed, 'api/token');
  const previous = config.api?.previousToken;
  const refused = new TagboatError('unauthorized', 'the bearer token is missing or wrong');
  if (given === undefined) throw refused;
  const tokens = { current: open(token), previous: previous === undefined ? undefined : open(previous) };
  const age = await verifyRotated(tokens, (secret) => {
    if (!equalInConstantTime(given, secret)) throw refused;
  });
  if (age === 'previous') logger.info('releases read', { provenBy: age });
};

export const handler = forLambda(createHandler);
