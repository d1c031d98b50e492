import { describe, expect, it } from 'vitest';
import { readMissing } from '../../../lib/cluster/diagnose/references.ts';
import type { Pod } from '../../../lib/cluster/objects/objects.ts';
import { pod } from '../support/fixture.ts';

const volumes = [
  { name: 'settings', configMap: { name: 'web-settings' } },
  { name: 'tls', secret: { secretName: 'web-tls' } },
];
const plain = pod('Deployment', {});
const given = { ...plain, spec: { ...plain.spec, volumes } } as Pod;

/** As kubelets wrote them. */
describe('a reference that leads nowhere', () => {
  it.each<[string, string, string]>([
    [
      'configmap "web-settings" not found',
      'the ConfigMap web-settings does not exist',
      'Create the ConfigMap web-settings in namespace shop, or correct the reference here.',
    ],
    [
      'secret "web-tls" not found',
      'the Secret web-tls does not exist',
      'Create the Secret web-tls in namespace shop, or correct the reference here.',
    ],
    [
      "couldn't find key DB_URL in Secret shop/web-secrets",
      'the Secret web-secrets has no key DB_URL',
      'Add the key DB_URL to the Secret web-secrets in namespace shop, or correct the reference here.',
    ],
    [
      'MountVolume.SetUp failed for volume "settings" : configmap references non-existent config key: app.yml',
      'the ConfigMap web-settings has no key app.yml',
      'Add the key app.yml to the ConfigMap web-settings in namespace shop, or correct the reference here.',
    ],
    [
      'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.key',
      'the Secret web-tls has no key tls.key',
      'Add the key tls.key to the Secret web-tls in namespace shop, or correct the reference here.',
    ],
    [
      'MountVolume.SetUp failed for volume "other" : references non-existent secret key: tls.key',
      'the Secret (unknown) has no key tls.key',
      'Add the key tls.key to the Secret (unknown) in namespace shop, or correct the reference here.',
    ],
  ])('%s', (words, says, next) => {
    expect(readMissing(words, given, 'here')).toEqual({ says, next });
  });

  it.each([
    'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: timed out waiting for the condition',
    'container has runAsNonRoot and image will run as root',
  ])('%s', (words) => {
    expect(readMissing(words, given, 'here')).toBeUndefined();
  });
});
