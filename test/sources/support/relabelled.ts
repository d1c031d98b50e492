import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { Parsed } from '../../../lib/event.ts';
import { github } from '../../../lib/sources/github.ts';
import { arrived, githubSignature, verifyAs } from '../../contract/senders.ts';

type Example = { readonly name: string; readonly examples: readonly Record<string, unknown>[] };
const require = createRequire(import.meta.url);
/** What GitHub, or a version of its server, sends. */
export const examplesOf = (servers: readonly string[]) =>
  servers.flatMap((server) =>
    (require(`@octokit/webhooks-examples/${server}/index.json`) as readonly Example[]).flatMap(
      ({ name, examples }) => examples.map((payload) => ({ server, name, payload })),
    ),
  );

const secret = "It's a Secret to Everybody";
const contentTypes = ['application/json', 'application/x-www-form-urlencoded'];
const bodies = (payload: unknown): readonly string[] => {
  const text = JSON.stringify(payload);
  return [text, new URLSearchParams({ payload: text }).toString()];
};

/** What a genuine body comes to under an event and a content type that it was not sent with. */
export const outcomeOf = async (
  body: string,
  event: string,
  contentType: string,
): Promise<Parsed | string> => {
  const request = arrived(body, {
    'content-type': contentType,
    'x-github-event': event,
    'x-github-delivery': 'd-1',
    'x-hub-signature-256': githubSignature(body, secret),
  });
  await verifyAs(github, { request, secrets: { secret }, pathKey: undefined });
  try {
    return github.parse(request, {});
  } catch (error) {
    return String(Object(error).code);
  }
};

/** What is signed is the body; the headers beside it are anybody's who has once seen a delivery. */
export const testRelabelled = (servers: readonly string[]): void => {
  const payloads = examplesOf(servers);

  test.each(['push', 'create', 'release', 'ping', 'package', 'registry_package'])(
    'no real payload of another event is taken for a %s',
    async (event) => {
      const others = payloads.filter(({ name }) => name !== event);
      const outcomes = await Promise.all(
        others.flatMap(({ payload }) =>
          bodies(payload).flatMap((body) => contentTypes.map((type) => outcomeOf(body, event, type))),
        ),
      );

      expect(outcomes.length).toBeGreaterThan(300 * servers.length);
      expect(new Set(outcomes)).toEqual(new Set(['payload-invalid']));
    },
  );

  test.each(['create', 'release', 'push'])('every real %s is still taken for one', async (event) => {
    const own = payloads.filter(({ name }) => name === event);
    const outcomes = await Promise.all(
      own.flatMap(({ payload }) =>
        bodies(payload).flatMap((body) => contentTypes.map((type) => outcomeOf(body, event, type))),
      ),
    );

    expect(outcomes.length).toBeGreaterThan(3 * servers.length);
    expect(outcomes.filter((outcome) => typeof outcome === 'string')).toEqual([]);
  });

  test.each(
    [...new Set(payloads.map(({ name }) => name))].filter((name) => !/^(?:push|create|release)$/.test(name)),
  )('a real %s is never a release, whatever its header says', async (name) => {
    const events = [...new Set(payloads.map((example) => example.name)), 'push,create', 'Push', ''];
    for (const { payload } of payloads.filter((example) => example.name === name))
      for (const event of events) {
        const outcome = await outcomeOf(JSON.stringify(payload), event, 'application/json');
        expect(typeof outcome === 'string' ? [] : outcome.events).toEqual([]);
      }
  });
};
