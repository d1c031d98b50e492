import { describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../lib/registry/client.ts';
import { answer, serve } from '../http/serve.ts';

const image = 'registry.example.com/team/app';
const id = (character: string): string => `sha256:${character.repeat(64)}`;
const made = '2026-11-27T10:00:00.5Z';

/** A registry with these bodies, by their path below the image. */
const arrange = async (bodies: Readonly<Record<string, unknown>>) => {
  const { url, seen } = await serve((request, response) => {
    const body = bodies[(request.url ?? '').replace('/v2/team/app/', '')];
    if (typeof body === 'number') return answer(response, body);
    return body === undefined ? answer(response, 404) : answer(response, 200, {}, JSON.stringify(body));
  });
  const client = createRegistryClient({ registries: {}, unseal: async () => '', defaultEndpoint: url });
  return { createdOf: () => client.createdOf(image, 'v1'), seen };
};

const manifest = { schemaVersion: 2, config: { digest: id('c') } };

describe('when an image was made', () => {
  it.each([
    ['of an image', { 'manifests/v1': manifest }, 2],
    [
      'of an index, by its first image',
      {
        'manifests/v1': { schemaVersion: 2, manifests: [{ digest: id('1') }, { digest: id('2') }] },
        [`manifests/${id('1')}`]: manifest,
      },
      3,
    ],
  ])('is said by the configuration: %s', async (_name, bodies, requests) => {
    const { createdOf, seen } = await arrange({ ...bodies, [`blobs/${id('c')}`]: { created: made } });

    expect(await createdOf()).toBe(Date.parse(made));
    expect(seen).toHaveLength(requests);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['no image', {}],
    ['no manifest', { 'manifests/v1': 'x' }],
    ['an index of nothing', { 'manifests/v1': { manifests: [] } }],
    ['a configuration that is not there', { 'manifests/v1': manifest }],
    ['an artifact', { 'manifests/v1': manifest, [`blobs/${id('c')}`]: {} }],
    ['a time that is none', { 'manifests/v1': manifest, [`blobs/${id('c')}`]: { created: 'soon' } }],
    // https://reproducible-builds.org/docs/source-date-epoch/
    ['1970', { 'manifests/v1': manifest, [`blobs/${id('c')}`]: { created: '1970-01-01T00:00:00Z' } }],
    ['the year 1', { 'manifests/v1': manifest, [`blobs/${id('c')}`]: { created: '0001-01-01T00:00:00Z' } }],
    ['a path in the place of a digest', { 'manifests/v1': { config: { digest: '../../other' } } }],
  ])('is not known of %s', async (_name, bodies) => {
    expect(await (await arrange(bodies)).createdOf()).toBeUndefined();
  });

  it.each([
    [403, 'registry-denied'],
    [503, 'registry-unreachable'],
  ])('is not told where the configuration is answered with %d: %s', async (status, code) => {
    const { createdOf } = await arrange({ 'manifests/v1': manifest, [`blobs/${id('c')}`]: status });

    await expect(createdOf()).rejects.toMatchObject({ code });
  });
});
