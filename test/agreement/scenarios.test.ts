import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { connect } from '../../lib/cluster/connect/connect.ts';
import { describeArgoRollouts } from '../realcluster/argo-rollouts.ts';
import { describeBeyondKubectl } from '../realcluster/beyond-kubectl.ts';
import { describeDelivery } from '../realcluster/delivery.ts';
import { applyWithout, createFixture, type InNamespace } from '../realcluster/fixture.ts';
import { describeRollouts } from '../realcluster/rollouts.ts';
import { startEmbedded } from './embedded.ts';
import { standIn } from './judge.ts';
import { type Host, openHost } from './serve.ts';

// What is meant for any cluster runs on the embedded one too: it behaves as a real one does. Each scenario has one of
// its own, whose time goes by as soon as all else is done.
describe.concurrent('on the embedded cluster', () => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost();
  });
  afterAll(() => host.close());

  const inNamespace: InNamespace = async (scenario) => {
    const embedded = await startEmbedded(host, standIn);
    const { kubeconfig } = embedded;
    const cluster = connect({ kubeconfig });
    try {
      const namespace = await embedded.createNamespace();
      const fixture = createFixture({
        ...{ cluster, namespace, kubeconfig, clock: embedded.clock },
        secureKubeconfig: readFileSync(embedded.kubeconfigFile, 'utf8'),
        apply: applyWithout(cluster, namespace),
        judge: (ref, onLine) => standIn(embedded, ref, onLine),
      });
      await embedded.run(scenario(fixture));
    } finally {
      cluster.close();
      await embedded.close();
    }
  };

  describeRollouts(inNamespace);
  describeBeyondKubectl(inNamespace);
  describeArgoRollouts(inNamespace);
  describeDelivery(inNamespace);
});
