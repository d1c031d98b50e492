import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { startEmbedded } from './embedded.ts';
import { type Judge, standIn } from './judge.ts';
import { hasKubectl, kubectl, unlessInstalled } from './kubectl.ts';
import { createHarness, type Harness } from './scenarios/harness.ts';
import { type Host, openHost } from './serve.ts';

const describeOn = (
  name: string,
  judge: Judge,
  scenarios: (harness: Harness) => void,
  isSkipped: boolean,
): void => {
  describe.skipIf(isSkipped).concurrent(name, () => {
    let host: Host;
    let cacheDirectory: string;
    beforeAll(async () => {
      host = await openHost();
      cacheDirectory = mkdtempSync(join(tmpdir(), 'tagboat-discovery-'));
    });
    afterAll(() => {
      host.close();
      rmSync(cacheDirectory, { recursive: true, force: true });
    });

    scenarios(
      createHarness(async () => {
        const cluster = await startEmbedded(host, judge, cacheDirectory);
        return { cluster, close: cluster.close };
      }),
    );
  });
};

/** Each comparison on an embedded cluster of its own, with kubectl. */
export const withKubectl = (name: string, scenarios: (harness: Harness) => void): void =>
  describeOn(name + unlessInstalled, kubectl, scenarios, !hasKubectl);

/** The same with our own rules in kubectl's place. */
export const withStandIn = (name: string, scenarios: (harness: Harness) => void): void =>
  describeOn(name, standIn, scenarios, false);
