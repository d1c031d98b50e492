/** Which API of Amazon ECR is asked for a host in image references. */
export type EcrRegistry = { readonly service: 'ecr' | 'ecr-public'; readonly region: string };

const privateHost =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/;

/**
 * The registry of Amazon ECR behind a host, or undefined where it is none.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
export const ecrRegistry = (host: string): EcrRegistry | undefined => {
  // Its API is in this region only: https://docs.aws.amazon.com/general/latest/gr/ecr-public.html
  if (host === 'public.ecr.aws') return { service: 'ecr-public', region: 'us-east-1' };
  const region = privateHost.exec(host)?.[2];
  return region === undefined ? undefined : { service: 'ecr', region };
};

/** `amazonaws.com`, and what the hosts of the regions in China end with. */
export const awsDomain = (region: string): string =>
  region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';

/** The host of an account's private registry: `123456789012.dkr.ecr.eu-central-1.amazonaws.com`. */
export const ecrHost = (account: string, region: string): string =>
  `${account}.dkr.ecr.${region}.${awsDomain(region)}`;

/** The name of an image by the one host that events of ECR have, whichever of a registry's hosts it has; any other as it is. */
const commonName = (image: string): string => {
  const slash = image.indexOf('/');
  const [, account, region] = privateHost.exec(image.slice(0, slash)) ?? [];
  return account === undefined || region === undefined
    ? image
    : `${ecrHost(account, region)}${image.slice(slash)}`;
};

/**
 * Whether two names are of the same image. A registry of Amazon ECR has several hosts (FIPS, dual-stack), by any of which tagboat.yml
 * may name an image. Pure.
 * @param one, other normalised, without tag and digest
 */
export const isSameImage = (one: string, other: string): boolean => commonName(one) === commonName(other);
