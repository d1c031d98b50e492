import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler as createReleases } from '../../functions/releases.ts';
import { createHandler as createWebhook } from '../../functions/webhook.ts';
import type { Config } from '../../lib/config/types.ts';
import { type LogFields, type Logger, silentLogger } from '../../lib/logger.ts';
import { githubSignature } from '../contract/senders.ts';
import { httpEvent } from '../http/event.ts';
import { tagPayload } from '../integration/support/github.ts';
import { configWith } from '../release/support/context.ts';
import { memoryRuntime } from './support/memory-runtime.ts';

const env = {
  NEW: 'the new secret',
  OLD: 'the old secret',
  SHOP: 'the secret of the shop',
  KEY: 'k3y',
  OLD_KEY: 'old-k3y',
};
const lambda = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 } as Context;
const shop = 'github.com/example/shop';

/** One app that is released by its tags, and one by its images. */
const appsOf = (): Config['apps'] => {
  const { okeydokey } = configWith().apps;
  const production = okeydokey?.environments.production;
  if (okeydokey === undefined || production === undefined)
    throw new Error('the test configuration has no app');
  const byTag = { production: { ...production, on: 'tag-push' } } as const;
  return {
    okeydokey: { ...okeydokey, environments: byTag },
    shop: { image: 'docker.io/example/shop-of-tags', repository: shop, environments: byTag },
    'shop-image': { image: 'docker.io/example/shop', environments: { staging: production } },
  };
};

const arrange = (sources: Config['sources'], api?: Config['api']) => {
  const said: [string, LogFields | undefined][] = [];
  const note = (message: string, fields?: LogFields) => {
    said.push([message, fields]);
  };
  const logger: Logger = { ...silentLogger, info: note, warn: note, error: note };
  const { runtime, opened } = memoryRuntime({ ...configWith(), apps: appsOf(), sources, api }, env, {
    logger,
  });
  const read = ({ statusCode, body }: APIGatewayProxyStructuredResultV2) => {
    const { error, releases = [], skipped = [] } = JSON.parse(body ?? '{}');
    return {
      statusCode,
      code: error?.code,
      released: releases.map(({ app, environment }: Record<string, string>) => `${app} ${environment}`),
      skipped: skipped.map(({ reason }: Record<string, string>) => reason),
    };
  };
  const push = async (source: string, repository: string, secret: string) => {
    const body = JSON.stringify(tagPayload('v1.0.0', repository));
    const headers = {
      'x-github-event': 'push',
      'x-hub-signature-256': githubSignature(body, secret),
    };
    const event = { ...httpEvent({ body, headers }), pathParameters: { source } };
    return read(await createWebhook(runtime)(event, lambda));
  };
  const hub = async (source: string, image: string, key: string) => {
    const body = JSON.stringify({ push_data: { tag: 'v1.0.0' }, repository: { repo_name: image } });
    return read(
      await createWebhook(runtime)({ ...httpEvent({ body }), pathParameters: { source, key } }, lambda),
    );
  };
  const list = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return read(
      await createReleases(runtime)(httpEvent({ method: 'GET', path: '/releases', headers }), lambda),
    );
  };
  return { push, hub, list, said, opened };
};

const refused = { statusCode: 401, code: 'signature-wrong', released: [], skipped: [] };
const released = (...names: readonly string[]) => ({
  statusCode: 202,
  code: undefined,
  released: names,
  skipped: [],
});
const skipped = { statusCode: 202, code: undefined, released: [], skipped: ['not-of-this-source'] };

describe('while a secret is being changed', () => {
  const sources = {
    github: { secret: 'env:NEW', previousSecret: 'env:OLD' },
    dockerhub: { key: 'env:KEY', previousKey: 'env:OLD_KEY' },
  };
  const okeydokey = 'DevOps-with-Kubernetes/okeydokey';

  it.each([
    ['current', env.NEW],
    ['previous', env.OLD],
  ])('a hook is taken with the %s one, and the log says which it was', async (secret, given) => {
    const { push, said } = arrange(sources);

    expect(await push('github', okeydokey, given)).toEqual(released('okeydokey production'));
    expect(said).toEqual([
      ['webhook accepted', expect.objectContaining({ source: 'github', provenBy: secret })],
    ]);
  });

  it.each([
    ['current', env.KEY],
    ['previous', env.OLD_KEY],
  ])('a path may end in the %s key', async (secret, given) => {
    const { hub, said } = arrange(sources);

    expect(await hub('dockerhub', 'example/shop', given)).toEqual(released('shop-image staging'));
    expect(said).toEqual([['webhook accepted', expect.objectContaining({ provenBy: secret })]]);
  });

  it('the old one is not opened for a hook that the new one proves', async () => {
    const { push, opened } = arrange(sources);
    await push('github', okeydokey, env.NEW);
    expect(opened).toEqual(['sources/github/secret env:NEW']);
  });

  it('nothing else is taken, nor the old one once it is taken out', async () => {
    expect(await arrange(sources).push('github', okeydokey, 'guess')).toEqual(refused);
    expect(await arrange(sources).hub('dockerhub', 'example/shop', 'guess')).toEqual(refused);
    expect(await arrange({ github: { secret: 'env:NEW' } }).push('github', okeydokey, env.OLD)).toEqual(
      refused,
    );
  });

  it.each([
    ['the current token', env.KEY, 200, []],
    ['the one before', env.OLD_KEY, 200, [['releases read', { provenBy: 'previous' }]]],
    ['neither', 'guess', 401, [['request refused', expect.objectContaining({ code: 'unauthorized' })]]],
  ])('releases are read with %s', async (_name, token, status, lines) => {
    const { list, said } = arrange({}, { token: 'env:KEY', previousToken: 'env:OLD_KEY' });

    expect((await list(token)).statusCode).toBe(status);
    expect(said).toEqual(lines);
  });
});

describe('a source with a secret of its own', () => {
  const sources = {
    github: { secret: 'env:NEW' },
    'shop-tags': { type: 'github', secret: 'env:SHOP', repositories: [shop] },
    dockerhub: { key: 'env:KEY' },
    'shop-images': { type: 'dockerhub', key: 'env:OLD_KEY', images: ['docker.io/example/shop'] },
  };
  const okeydokey = 'DevOps-with-Kubernetes/okeydokey';

  it('releases what it is bound to', async () => {
    const { push, hub } = arrange(sources);
    expect(await push('shop-tags', 'Example/Shop', env.SHOP)).toEqual(released('shop production'));
    expect(await hub('shop-images', 'example/shop', env.OLD_KEY)).toEqual(released('shop-image staging'));
  });

  it('releases nothing else', async () => {
    const { push, hub } = arrange(sources);
    expect(await push('shop-tags', okeydokey, env.SHOP)).toEqual(skipped);
    expect(await hub('shop-images', 'devopswithkubernetes/okeydokey', env.OLD_KEY)).toEqual(skipped);
  });

  it('leaves nothing of it to the secret that many know', async () => {
    const { push, hub } = arrange(sources);
    expect(await push('github', 'example/shop', env.NEW)).toEqual(skipped);
    expect(await hub('dockerhub', 'example/shop', env.KEY)).toEqual(skipped);
    expect(await push('github', okeydokey, env.NEW)).toEqual(released('okeydokey production'));
  });

  it('is not reached with the secret of another', async () => {
    const { push, hub } = arrange(sources);
    expect(await push('shop-tags', 'example/shop', env.NEW)).toEqual(refused);
    expect(await hub('shop-images', 'example/shop', env.KEY)).toEqual(refused);
  });
});

describe('a source that nobody configured', () => {
  it.each(['q7Jw0d4x', 'distribution', '__proto__'])('is not repeated in answer or log: %s', async (name) => {
    const { hub, said } = arrange({ dockerhub: { key: 'env:KEY' } });
    const answer = await hub(name, 'example/shop', env.KEY);

    expect(answer).toEqual({ statusCode: 404, code: 'source-unknown', released: [], skipped: [] });
    expect(JSON.stringify(said)).not.toContain(name);
  });
});
