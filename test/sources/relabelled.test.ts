import { expect, test } from 'vitest';
import type { RawRequest } from '../../lib/http.ts';
import { arrived, senders, verifyAs } from '../contract/senders.ts';
import { examplesOf, outcomeOf, testRelabelled } from './support/relabelled.ts';

const servers = ['api.github.com'];
testRelabelled(servers);

test.each([
  ['an action', { action: 'requested' }],
  ['a kind of ref', { ref_type: 'tag', ref: 'v1.0.0' }],
])('a push with %s is none', async (_name, change) => {
  const [push] = examplesOf(servers).filter(
    ({ name, payload }) => name === 'push' && String(payload.ref).startsWith('refs/tags/'),
  );
  const outcome = await outcomeOf(
    JSON.stringify({ ...push?.payload, ...change }),
    'push',
    'application/json',
  );
  expect(typeof outcome === 'string' ? [] : outcome.events).toEqual([]);
});

/** Of one sender, or in the same words: what keeps two of these apart is their secrets. */
const families = [
  ['github', 'ghcr'],
  ['distribution', 'gitlab-registry'],
];
const areKin = (one: string, other: string): boolean =>
  families.some((family) => family.includes(one) && family.includes(other));

const pairs = senders.flatMap((from) =>
  senders
    .filter((to) => to !== from && !areKin(from.name, to.name))
    .map((to) => ({ from, to, name: `${from.name} to ${to.name}` })),
);

test.each(pairs)('what is genuine for one source is nothing to another: $name', async ({ from, to }) => {
  const body = Buffer.from(JSON.stringify(from.payload));
  const request: RawRequest = arrived(body, from.headers(body));
  const { source } = to;
  // Also where two sources were given the same secret
  const both = {
    secret: from.secrets.secret ?? from.secrets.key,
    key: from.secrets.key ?? from.secrets.secret,
  };

  for (const secrets of [to.secrets, both])
    await expect(
      (async () => {
        await verifyAs(source, { request, secrets, pathKey: from.pathKey }, to.sample.config);
        return source.parse(request, to.sample.config);
      })(),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:signature-missing|signature-wrong|payload-invalid)$/),
    });
});
