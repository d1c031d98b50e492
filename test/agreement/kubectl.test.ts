import { availabilityScenarios, followedScenarios, pausedScenarios } from './scenarios/different.ts';
import { deletedScenarios, exceededScenarios, troubledScenarios, troubles } from './scenarios/failing.ts';
import { slowScenarios } from './scenarios/good.ts';
import { interruptedScenarios } from './scenarios/interrupted.ts';
import { only } from './scenarios/kinds.ts';
import { withKubectl } from './suite.ts';

// Each end that a rollout can have, and each kind. All scenarios: agreement.exhaustive.test.ts.
withKubectl('kubectl and the poller on the embedded cluster', (harness) => {
  slowScenarios(harness);
  troubledScenarios(
    harness,
    only('Deployment'),
    troubles.filter(({ tag }) => tag === 'bad'),
  );
  deletedScenarios(harness, only('DaemonSet'));
  exceededScenarios(harness, ['notready']);
  followedScenarios(harness, only('StatefulSet'));
  pausedScenarios(harness);
  availabilityScenarios(harness);
  interruptedScenarios(harness, only('StatefulSet'), ['closed']);
  interruptedScenarios(harness, only('Deployment'), ['gone']);
});
