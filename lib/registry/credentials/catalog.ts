import type { Config } from '../../config/types.ts';
import { ecrRegistry } from '../../ecr-registry.ts';
import type { CallAws } from './aws.ts';
import type { CredentialsProvider, Unseal } from './credentials.ts';
import { ecrCredentials } from './ecr.ts';
import { googleCredentials } from './google.ts';
import { passwordCredentials } from './password.ts';

export type CredentialsContext = {
  readonly unseal: Unseal;
  readonly callAws: CallAws;
  /** In the place of Google's own. */
  readonly googleTokenUrl?: string | undefined;
};

type RegistryConfig = Config['registries'][string];

/**
 * Where the credentials for a registry come from; undefined where it is asked without any. What tagboat.yml says comes first;
 * a private registry of Amazon ECR is asked with the function's role, unless something else answers in its place.
 * @param host as in image references
 * @param isElsewhere true where another endpoint than the host itself is asked
 */
export const credentialsProvider = (
  host: string,
  config: RegistryConfig | undefined,
  isElsewhere: boolean,
  { unseal, callAws, googleTokenUrl }: CredentialsContext,
): CredentialsProvider | undefined => {
  const { username, password, serviceAccountKey, ecr, roleArn } = config ?? {};
  if (username !== undefined && password !== undefined)
    return passwordCredentials(host, { username, password }, unseal);
  if (serviceAccountKey !== undefined)
    return googleCredentials(host, serviceAccountKey, unseal, googleTokenUrl);
  const registry = ecrRegistry(host);
  const isWanted = ecr ?? (registry?.service === 'ecr' && (!isElsewhere || roleArn !== undefined));
  return registry !== undefined && isWanted ? ecrCredentials(registry, roleArn, callAws) : undefined;
};
