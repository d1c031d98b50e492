import { differentScenarios } from './scenarios/different.ts';
import { failingScenarios } from './scenarios/failing.ts';
import { goodScenarios } from './scenarios/good.ts';
import { interruptedScenarios } from './scenarios/interrupted.ts';
import { severalScenarios } from './scenarios/several.ts';
import { withKubectl } from './suite.ts';

withKubectl('kubectl and the poller on the embedded cluster, in every scenario', (harness) => {
  // Those that wait longest first.
  severalScenarios(harness);
  failingScenarios(harness);
  differentScenarios(harness);
  goodScenarios(harness);
  interruptedScenarios(harness);
});
