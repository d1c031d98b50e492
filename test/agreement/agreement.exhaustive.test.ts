import { differentContests } from './contests/different.ts';
import { failingContests } from './contests/failing.ts';
import { goodContests } from './contests/good.ts';
import { interruptedContests } from './contests/interrupted.ts';
import { severalContests } from './contests/several.ts';
import { withKubectl } from './suite.ts';

withKubectl('kubectl and the poller on the embedded cluster, in every contest', (arena) => {
  // Those that wait longest first.
  severalContests(arena);
  failingContests(arena);
  differentContests(arena);
  goodContests(arena);
  interruptedContests(arena);
});
