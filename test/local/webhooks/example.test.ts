import { expect, it } from 'vitest';
import { configOf } from '../../../infra/local/play/slack-sender.ts';
import { createIdentityKey } from '../../../infra/local/webhooks/identity-key.ts';
import { announces, webhookFor } from '../../../infra/local/webhooks/webhook.ts';
import { sources } from '../../../lib/sources/catalog.ts';

const { sources: configured, apps } = configOf(undefined);
const { image, repository } = apps.okeydokey ?? {};

/** Of registries that have one host, which is not that of the example's image. */
const elsewhere = ['ghcr', 'acr', 'artifact-registry'];

it('the example has every source', () => {
  expect(Object.keys(configured).toSorted()).toEqual(Object.keys(sources).toSorted());
});

it.each(Object.keys(configured).filter((name) => !elsewhere.includes(name)))(
  '%s can announce the example’s app',
  (name) => {
    const source = {
      name,
      config: configured[name] ?? {},
      secrets: { secret: 'a', key: 'b', identityKey: createIdentityKey() },
    };
    const announcement =
      announces(source) === 'tag-pushed' ? { repository, tag: 'v1.2.3' } : { image, tag: 'v1.2.3' };

    expect(webhookFor(source, announcement).body).toContain('v1.2.3');
  },
);
