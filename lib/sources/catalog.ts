import { azureDevops } from './azure-devops.ts';
import { bitbucket } from './bitbucket.ts';
import { distribution } from './distribution.ts';
import { dockerhub } from './dockerhub.ts';
import { forgejo } from './forgejo.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
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
};
