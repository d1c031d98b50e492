import { differentScenarios } from './scenarios/different.ts';
import { failingScenarios } from './scenarios/failing.ts';
import { goodScenarios } from './scenarios/good.ts';
import { interruptedScenarios } from './scenarios/interrupted.ts';
import { severalScenarios } from './scenarios/several.ts';
import { withStandIn } from './suite.ts';

// agreement.exhaustive.test.ts holds every one of them with kubectl itself.
withStandIn('kubectl’s rules and the poller on the embedded cluster', (harness) => {
  severalScenarios(harness);
  failingScenarios(harness);
  differentScenarios(harness);
  goodScenarios(harness);
  interruptedScenarios(harness);
});
