import { hasty } from '../agreement/cluster.ts';
import { describeScenarios } from '../diagnosis/suite.ts';
import { kubeconfig } from './harness.ts';

const retry = 2;

describeScenarios(
  'lab',
  (play) => play({ kubeconfig: kubeconfig(), clock: () => hasty(4), timeoutSeconds: 30 }),
  retry,
);
