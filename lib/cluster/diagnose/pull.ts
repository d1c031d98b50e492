/** Why a registry did not give an image. */
type PullTrouble = {
  readonly words: RegExp;
  /** In one clause, behind "cannot be pulled:". */
  readonly says: string;
  readonly next: (image: string, registry: string) => string;
  /** True where another image of that registry would have met the same. */
  readonly isOutside?: true;
};

/**
 * The most specific first. The messages are those of containerd, CRI-O and Docker, around those of the registries.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
const troubles: readonly PullTrouble[] = [
  {
    words: /toomanyrequests|too many requests|rate limit|\b429\b/i,
    says: 'the registry limits how often it is asked',
    isOutside: true,
    next: (_, registry) =>
      `Wait, or pull with an account (imagePullSecrets) or from a mirror: ${registry} counts what is pulled without one.`,
  },
  {
    words: /no match for platform|no matching manifest/i,
    says: 'it is not there for the CPU and the operating system of the node',
    next: (image) => `Build and push ${image} for the platform of the nodes.`,
  },
  {
    words: /couldn't parse image|invalid reference|InvalidImageName/i,
    says: 'that is no valid name of an image',
    next: () => 'Correct the image in the manifest.',
  },
  {
    words: /ErrImageNeverPull|is not present with pull policy of Never/i,
    says: 'the node does not have it, and imagePullPolicy is Never',
    next: () => 'Set imagePullPolicy: IfNotPresent, or load the image onto the nodes.',
  },
  {
    words: /x509|certificate|tls:|server gave HTTP response to HTTPS/i,
    says: 'the node does not trust the certificate of the registry, or it has none',
    isOutside: true,
    next: (_, registry) => `Give the nodes the certificate authority of ${registry}.`,
  },
  {
    words:
      /no such host|i\/o timeout|timed? ?out|deadline exceeded|connection refused|connection reset|network is unreachable|no route to host/i,
    says: 'the node does not reach the registry',
    isOutside: true,
    next: (_, registry) => `Check the way from the nodes to ${registry}: DNS, firewall, proxy.`,
  },
  {
    // Docker Hub and others answer so both for private and for missing repositories, so as not to reveal which it is.
    words: /does not exist or may require|insufficient_scope/i,
    says: 'the registry does not have the repository, or does not let the cluster see it',
    next: (image) =>
      `Check the name ${image}, and that the namespace has a pull secret for it (imagePullSecrets).`,
  },
  {
    words:
      /unauthorized|authentication required|access denied|\bdenied\b|\b40[13]\b|forbidden|no basic auth credentials/i,
    says: 'the registry denies it',
    isOutside: true,
    next: (_, registry) =>
      `Check the pull secret of the namespace for ${registry} (imagePullSecrets of the pod or its service account), and whether it has expired.`,
  },
  {
    words: /not found|manifest unknown|name unknown|\b404\b/i,
    says: 'the registry does not have it',
    next: (image) => `Check that ${image} was built and pushed, and that the tag is spelled like this.`,
  },
  {
    words: /no space left on device/i,
    says: 'the disk of the node is full',
    isOutside: true,
    next: () => 'Free space on the node, or let its image garbage collection do so.',
  },
  {
    words: /\b50[0234]\b|internal server error|bad gateway|service unavailable/i,
    says: 'the registry has trouble of its own',
    isOutside: true,
    next: (_, registry) => `Look at the status of ${registry}; the cluster keeps trying.`,
  },
];

/** The host of an image, as container runtimes read a name. */
const registryOf = (image: string): string => {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
};

/** What the messages of kubelet and registry mean, and what to do about it. */
export const readPullWords = (
  words: string,
  image: string,
): { readonly says: string | undefined; readonly next: string; readonly isOutside: boolean } => {
  const registry = registryOf(image);
  // Names and URLs may hold such words by chance.
  const bare = words.replaceAll(/(?<!\S)(?!i\/o )\S*\/\S*/g, ' ');
  const trouble = troubles.find((candidate) => candidate.words.test(bare));
  return {
    says: trouble?.says,
    isOutside: trouble?.isOutside === true,
    next:
      trouble?.next(image, registry) ??
      `Check that ${registry} has ${image} and that the pull secret of the namespace is right.`,
  };
};
