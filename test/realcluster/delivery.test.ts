import { describe, expect, test } from 'vitest';
import { describeDelivery } from './delivery.ts';
import { inNamespace, kubectl } from './harness.ts';
import { dryRun } from './manifest.ts';

describe.concurrent('delivery to a cluster', () => {
  describeDelivery(inNamespace);

  test('what kubectl leaves in its dry runs is what is delivered above', async () => {
    const args = [
      'create',
      'deployment',
      'web',
      '--image=acme/okeydokey:1',
      '--dry-run=client',
      '-o',
      'yaml',
    ];
    const printed = await kubectl(...args);
    // Newer ones leave the empty dates out.
    expect([dryRun, dryRun.replaceAll(/ *creationTimestamp: null\n/g, '')]).toContain(printed);
  });
});
