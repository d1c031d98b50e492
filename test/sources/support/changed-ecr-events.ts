import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TagboatError } from '../../../lib/errors.ts';
import type { ImagePushed } from '../../../lib/event.ts';
import { ecr } from '../../../lib/sources/ecr.ts';

const { push } = JSON.parse(
  readFileSync(new URL('../../fixtures/webhooks/ecr.json', import.meta.url), 'utf8'),
) as {
  readonly push: { readonly detail: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;
};

const account = '123456789012';

/** Events of Amazon ECR with up to four fields changed: each is refused, or announces nothing but what stands in it. */
export const testChangedEvents = (count: number): void => {
  test(`${count.toLocaleString('en')} changed events: the account’s own registry and the tag of the event, or nothing`, () => {
    const change = fc.tuple(
      fc.constantFrom('', 'detail'),
      fc.constantFrom(...Object.keys(push), ...Object.keys(push.detail)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const event: { [key: string]: unknown; detail: unknown } = structuredClone(push);
        for (const [where, key, value] of changes)
          if (where === '') event[key] = value;
          else event.detail = { ...(event.detail as object), [key]: value };
        const named = (event.detail ?? {}) as Readonly<Record<string, unknown>>;
        try {
          const { events } = ecr.parse(event, { accounts: [account] });
          for (const { image, tag } of events as readonly ImagePushed[]) {
            expect(image).toMatch(/^123456789012\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\//);
            expect(image.endsWith(`/${String(named['repository-name'])}`)).toBe(true);
            expect(tag).toBe(named['image-tag']);
          }
        } catch (error) {
          if (!(error instanceof TagboatError)) throw error;
        }
      }),
      { numRuns: count },
    );
  });
};
