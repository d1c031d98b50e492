import { acr } from './acr.ts';
import { artifactRegistry } from './artifact-registry.ts';
import { azureDevops } from './azure-devops.ts';
import { bitbucket } from './bitbucket.ts';
import { distribution } from './distribution.ts';
import { dockerhub } from './dockerhub.ts';
import { forgejo } from './forgejo.ts';
import { generic } from './generic.ts';
import { ghcr } from './ghcr.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { gitlabRegistry } from './gitlab-registry.ts';
import { harbor } from './harbor.ts';
import { jfrog } from './jfrog.ts';
import { nexus } from './nexus.ts';
import { quay } from './quay.ts';
import type { Source } from './source.ts';

/** Every source there is, by its name in tagboat.yml and in the webhook's path. */
export const sources: Readonly<Record<string, Source>> = {
  github,
  gitlab,
  gitea,
  forgejo,
  bitbucket,
  'azure-devops': azureDevops,
  dockerhub,
  distribution,
  quay,
  ghcr,
  harbor,
  acr,
  'gitlab-registry': gitlabRegistry,
  'artifact-registry': artifactRegistry,
  jfrog,
  nexus,
  generic,
};
