import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Sample } from '../../infra/local/webhooks/sample.ts';
import { TagboatError } from '../../lib/errors.ts';
import type { Parsed } from '../../lib/event.ts';
import { arrivedSample, type Sender, senders, verifyAs } from '../contract/senders.ts';
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

/** A sample that goes to another source, where both were given the same secret or each has its own. */
const misdirected = (from: Sender, to: Sender, sample: Sample, isSameSecret: boolean): Promise<Parsed> => {
  const same = {
    secret: from.secrets.secret ?? from.secrets.key,
    key: from.secrets.key ?? from.secrets.secret,
  };
  const request = arrivedSample(from, sample);
  return verifyAs(
    to.source,
    { request, secrets: isSameSecret ? same : to.secrets, pathKey: from.pathKey },
    to.sample.config,
  ).then(() => to.source.parse(request, to.sample.config));
};

/** Grown out of another, it signs for that one as well, so that who took the hooks of that one takes its hooks, too. */
const heirs: Readonly<Record<string, string>> = { forgejo: 'gitea' };

test.each(pairs.filter(({ from, to }) => heirs[from.name] !== to.name))(
  'what is genuine for one source is nothing to another: $name',
  async ({ from, to }) => {
    for (const isSameSecret of [false, true])
      for (const sample of from.samples) {
        const outcome = await misdirected(from, to, sample, isSameSecret).catch((error: unknown) => error);
        const events = outcome instanceof TagboatError ? 'refused' : (outcome as Parsed).events;
        expect([sample.name, events]).toSatisfy(() => events === 'refused' || isDeepStrictEqual(events, []));
      }
  },
);

test.each(pairs.filter(({ from, to }) => heirs[from.name] === to.name))(
  'a hook is taken by the source whose headers it has as well, and says the same: $name',
  async ({ from, to }) => {
    for (const sample of from.samples) {
      const { events } = await misdirected(from, to, sample, true);
      expect(events).toEqual(
        sample.events.map((event) => ({ source: to.name, revision: undefined, ...event })),
      );
    }
  },
);

/** What a sender calls its event beside the body, where nobody signs it. */
const labelsOf = ({ headers }: Sample): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^x-(?:.+-)?event(?:-key|-type)?$/.test(name)),
  );

test.each(senders)('no payload announces anything else under the label of another: $name', (sender) => {
  const { source, samples } = sender;
  for (const sample of samples) {
    const request = arrivedSample(sender, sample);
    const under = (labels: Readonly<Record<string, string>>): Parsed['events'] => {
      try {
        return source.parse({ ...request, headers: { ...request.headers, ...labels } }, sample.config).events;
      } catch {
        return [];
      }
    };
    for (const other of samples)
      expect([sample.name, other.name, under(labelsOf(other))]).toSatisfy(
        ([, , events]) => isDeepStrictEqual(events, under({})) || isDeepStrictEqual(events, []),
      );
  }
});
