import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { exampleConfig, exampleFiles, exampleOrigin } from '../../../../infra/local/stack/example/example.ts';
import { parseConfig } from '../../../../lib/config/load.ts';
import { tryParseImage } from '../../../../lib/image.ts';

describe('the example', () => {
  it('is a config repo with a Deployment and a Service', () => {
    const files = exampleFiles();
    const documents = parseAllDocuments(files['deployment/deployment.yml'] ?? '');

    expect(Object.keys(files)).toEqual(['README.md', 'deployment/deployment.yml', 'deployment/service.yml']);
    expect(documents.map((document) => document.errors)).toEqual([[]]);
    expect(documents[0]?.toJS()).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'okeydokey' },
      spec: {
        replicas: 3,
        template: { spec: { containers: [{ image: 'devopswithkubernetes/okeydokey:v0.0.3' }] } },
      },
    });
  });

  it('has a configuration that the project reads, for the app of that config repo', () => {
    const config = parseConfig(exampleConfig, { local: true });

    const image = tryParseImage('devopswithkubernetes/okeydokey:v0.0.3')?.name;
    expect(config.apps.okeydokey).toMatchObject({
      image,
      repository: 'github.com/devops-with-kubernetes/okeydokey',
      environments: { production: { on: 'tag-push', files: ['deployment/*.yml'], timeout: 300 } },
    });
    expect(config.configRepos.okeydokey?.url).toBe(`${exampleOrigin}/git/okeydokey.git`);
  });
});
