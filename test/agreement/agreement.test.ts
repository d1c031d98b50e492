import { afterAll, beforeAll, describe, vi } from 'vitest';
import type { AgreementCluster } from './cluster.ts';
import { createArena } from './contests/arena.ts';
import { differentContests } from './contests/different.ts';
import { failingContests } from './contests/failing.ts';
import { goodContests } from './contests/good.ts';
import { severalContests } from './contests/several.ts';
import { startEmbedded } from './embedded.ts';
import { hasKubectl, unlessInstalled } from './kubectl.ts';

// They mostly wait.
vi.setConfig({ maxConcurrency: 20 });

describe
  .skipIf(!hasKubectl)
  .concurrent(`kubectl and the poller on the embedded cluster${unlessInstalled}`, () => {
    let cluster: AgreementCluster;
    beforeAll(async () => {
      cluster = await startEmbedded();
    });
    afterAll(async () => {
      await cluster.close();
    });
    const arena = createArena(() => cluster);

    // Those that wait longest first.
    severalContests(arena);
    failingContests(arena);
    differentContests(arena);
    goodContests(arena);
  });
