import { availabilityContests, followedContests, pausedContests } from './contests/different.ts';
import { deletedContests, exceededContests, troubledContests, troubles } from './contests/failing.ts';
import { slowContests } from './contests/good.ts';
import { interruptedContests } from './contests/interrupted.ts';
import { only } from './contests/kinds.ts';
import { withKubectl } from './suite.ts';

// Each end that a contest can have, and each kind. All of the contests: agreement.exhaustive.test.ts.
withKubectl('kubectl and the poller on the embedded cluster', (arena) => {
  slowContests(arena);
  troubledContests(
    arena,
    only('Deployment'),
    troubles.filter(({ tag }) => tag === 'bad'),
  );
  deletedContests(arena, only('DaemonSet'));
  exceededContests(arena, ['notready']);
  followedContests(arena, only('StatefulSet'));
  pausedContests(arena);
  availabilityContests(arena);
  interruptedContests(arena, only('StatefulSet'), ['closed']);
  interruptedContests(arena, only('Deployment'), ['gone']);
});
