import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Arena, createArena } from './contests/arena.ts';
import { startEmbedded } from './embedded.ts';
import { type Judge, standIn } from './judge.ts';
import { hasKubectl, kubectl, unlessInstalled } from './kubectl.ts';
import { type Host, openHost } from './serve.ts';

const describeOn = (
  name: string,
  judge: Judge,
  contests: (arena: Arena) => void,
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

    contests(
      createArena(async () => {
        const cluster = await startEmbedded(host, judge, cacheDirectory);
        return { cluster, close: cluster.close };
      }),
    );
  });
};

/** Each contest on an embedded cluster of its own, with kubectl. */
export const withKubectl = (name: string, contests: (arena: Arena) => void): void =>
  describeOn(name + unlessInstalled, kubectl, contests, !hasKubectl);

/** The same with our own rules in kubectl's place. */
export const withStandIn = (name: string, contests: (arena: Arena) => void): void =>
  describeOn(name, standIn, contests, false);
