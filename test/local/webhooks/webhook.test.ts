import { describe, expect, it } from 'vitest';
import { type Announcement, retarget } from '../../../infra/local/webhooks/retarget.ts';
import { type ConfiguredSource, webhookFor } from '../../../infra/local/webhooks/webhook.ts';
import { parseImage } from '../../../lib/image.ts';
import { arrived, issuer, senders, verifyAs } from '../../contract/senders.ts';

const digest = `sha256:${'5'.repeat(64)}`;

/** An app that is named as a source can name it: on its own host. */
const announcementFor = (configured: ConfiguredSource, isTag: boolean, known: string): Announcement => {
  if (isTag) return { repository: 'git.example.com/acme-corp/web-shop', tag: '2026.11.27-rc1' };
  const host = configured.config.host ?? parseImage(known).host;
  return { image: `${host}/acme-corp/web-shop`, tag: '2026.11.27-rc1', digest };
};

describe.each(senders)('the webhook of $name', ({ name, source, sample, secrets, pathKey }) => {
  const configured: ConfiguredSource = {
    name,
    config: sample.config,
    secrets: { ...secrets, identityKey: issuer },
  };
  const [event] = sample.events;
  const isTag = event?.type === 'tag-pushed';
  const known = event !== undefined && 'image' in event ? (event.image ?? '') : '';
  const wanted = announcementFor(configured, isTag, known);

  it('announces another app as its sample announces its own, proven as its sender proves it', async () => {
    const { headers, body, pathSuffix } = webhookFor(configured, wanted);
    const request = arrived(body, headers);

    expect(pathSuffix).toBe(pathKey === undefined ? '' : `/${pathKey}`);
    await expect(verifyAs(source, { request, secrets, pathKey }, sample.config)).resolves.toBeUndefined();
    expect(source.parse(request, sample.config).events).toEqual([
      expect.objectContaining({
        tag: wanted.tag,
        ...(isTag ? { repository: wanted.repository } : { image: wanted.image }),
      }),
    ]);
  });
});

it('a text is replaced once, however alike the old and the new one are', () => {
  const sample = {
    name: 'x',
    origin: '',
    isDefault: true,
    headers: {},
    config: {},
    ignored: [],
    events: [{ type: 'image-pushed', image: 'docker.io/a/b', tag: 'v1' } as const],
    body: { url: 'https://docker.io/a/b:v1', tag: 'v1', list: ['a', 'b', 'a/b', 'av1', 'v1.2'] },
  };

  expect(retarget(sample, { image: 'docker.io/b/a', tag: 'v1.2' }).body).toEqual({
    url: 'https://docker.io/b/a:v1.2',
    tag: 'v1.2',
    list: ['b', 'a', 'b/a', 'av1', 'v1.2.2'],
  });
});
