import { describe } from 'vitest';
import { serveRollouts } from './argo.ts';
import { describeArgoRollouts } from './argo-rollouts.ts';
import { describeBeyondKubectl } from './beyond-kubectl.ts';
import { inNamespace } from './harness.ts';
import { describeRollouts } from './rollouts.ts';

describe.concurrent('rollouts on a cluster', () => {
  describeRollouts(inNamespace);
  describeBeyondKubectl(inNamespace);
  describeArgoRollouts(inNamespace, serveRollouts);
});
