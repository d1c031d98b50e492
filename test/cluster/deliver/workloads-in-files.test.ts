import { expect, test } from 'vitest';
import { rewrite } from '../../../lib/manifests/rewrite.ts';
import { empty, resources, set, spec } from '../support/delivering.ts';
import { image, workload } from '../support/fixture.ts';

const deployments = '/apis/apps/v1/namespaces/shop/deployments';
const web = {
  ...workload('Deployment', { template: { spec: spec('acme/okeydokey:2') } }),
  metadata: { name: 'web', resourceVersion: '7' },
};
const webInFile = (text = 'acme/okeydokey:3') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: web, image: '${text}' }] } } }
`;

test.each(['agent', 'set-image'] as const)(
  '%s: what names the image where it is not rewritten is not waited for',
  async (mode) => {
    const train = `---
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: { name: train }
spec: { pytorchReplicaSpecs: { Worker: { template: { spec: { containers: [{ name: web, image: 'acme/okeydokey:2' }] } } } } }
`;
    const { text } = rewrite(
      { path: 'web.yml', text: `${webInFile('acme/okeydokey:2')}${train}` },
      { image, tag: '3', app: 'web' },
    );
    expect(text).toContain('acme/okeydokey:3');
    const worker = { template: { spec: spec('acme/okeydokey:2') } };
    const { answered, patches } = await set(
      text,
      {
        objects: {
          ...empty,
          [`${deployments}/web`]: web,
          '/apis/kubeflow.org/v1': resources(['PyTorchJob', 'pytorchjobs']),
          '/apis/kubeflow.org/v1/namespaces/shop/pytorchjobs/train': {
            metadata: { name: 'train', resourceVersion: '7' },
            spec: { pytorchReplicaSpecs: { Worker: worker } },
          },
        },
      },
      mode,
    );
    expect(answered).toMatchObject([{ kind: 'Deployment', name: 'web' }]);
    expect(patches).toHaveLength(mode === 'agent' ? 0 : 1);
  },
);
