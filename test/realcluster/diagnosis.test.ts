import { describeScenarios } from '../diagnosis/suite.ts';
import { kubeconfig } from './harness.ts';

describeScenarios('lab', () => ({ kubeconfig: kubeconfig(), haste: 4, timeout: 30 }));
