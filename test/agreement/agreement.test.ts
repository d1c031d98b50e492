import { differentContests } from './contests/different.ts';
import { failingContests } from './contests/failing.ts';
import { goodContests } from './contests/good.ts';
import { interruptedContests } from './contests/interrupted.ts';
import { severalContests } from './contests/several.ts';
import { withStandIn } from './suite.ts';

// agreement.exhaustive.test.ts holds every one of them with kubectl itself.
withStandIn('kubectl’s rules and the poller on the embedded cluster', (arena) => {
  severalContests(arena);
  failingContests(arena);
  differentContests(arena);
  goodContests(arena);
  interruptedContests(arena);
});
