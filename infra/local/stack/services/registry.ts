import { createHash } from 'node:crypto';
import type { Config } from '../../../../lib/config/types.ts';
import { type ImageReference, parseImage } from '../../../../lib/image.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { createRegistryClient } from '../../../../lib/registry/client.ts';
import { createCallAws } from '../../../../lib/registry/credentials/aws.ts';
import type { Secrets } from '../../../../lib/secrets/unseal.ts';
import { createRegistry, type LocalRegistry } from '../../emulators/registry/registry.ts';
import type { BasicCredentials } from '../../runtime/gateway/basic-auth.ts';
import type { StateDirectory } from '../../state/directory.ts';

type RegistrySettings = {
  readonly config: Config;
  readonly origin: string;
  readonly state: StateDirectory;
  readonly secrets: Secrets;
  readonly credentials: BasicCredentials;
  readonly logger: Logger;
};

/** Starts the local registry; it notifies the functions of pushes where the configuration has a source for that. */
export const startRegistry = async (settings: RegistrySettings): Promise<LocalRegistry> => {
  const { origin, state, credentials, logger } = settings;
  const secret = await notificationSecret(settings);
  return createRegistry({
    directory: state.file('registry'),
    credentials,
    host: () => new URL(origin).host,
    logger,
    ...(secret === undefined
      ? {}
      : {
          notify: {
            url: () => `${origin}/webhooks/distribution`,
            headers: { authorization: `Bearer ${secret}` },
          },
        }),
  });
};

const notificationSecret = async (settings: RegistrySettings): Promise<string | undefined> => {
  const reference = settings.config.sources.distribution?.secret;
  if (reference === undefined) return undefined;
  try {
    return await settings.secrets.unseal(reference, 'sources/distribution/secret');
  } catch (error) {
    settings.logger.warn('the local registry sends no notifications, their secret cannot be read', { error });
    return undefined;
  }
};

/**
 * Where the embedded cluster's pods pull from: the registry that `registries:` gives an endpoint for the host, else the
 * local one, which knows images by their path alone. What belongs to no app, such as a sidecar's image, counts as present
 * wherever it is not found: nobody pushes it here. Each of these is logged once.
 */
export const createImageResolver = (
  config: Config,
  registry: LocalRegistry,
  {
    secrets,
    env,
    logger,
  }: {
    readonly secrets: Secrets;
    /** With what Amazon ECR is asked. */
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly logger: Logger;
  },
) => {
  const client = createRegistryClient({
    registries: config.registries,
    unseal: secrets.unseal,
    callAws: createCallAws(env),
  });
  const released = new Set(Object.values(config.apps).map(({ image }) => image));
  const told = new Set<string>();

  const ask = async (image: ImageReference): Promise<string | undefined> => {
    const reference = referenceOf(image);
    const local = await registry.digestOf(image.path, reference);
    if (config.registries[image.host]?.endpoint === undefined) return local;
    try {
      return (await client.digestOf(image.name, reference)) ?? local;
    } catch (error) {
      if (local === undefined) throw error;
      return local;
    }
  };

  return async (text: string): Promise<{ readonly digest: string } | undefined> => {
    const image = parseImage(text);
    if (released.has(image.name)) {
      const digest = await ask(image);
      return digest === undefined ? undefined : { digest };
    }
    const digest = await ask(image).catch(() => undefined);
    if (digest !== undefined) return { digest };
    if (!told.has(text)) logger.info('image of no app counts as present', { image: text });
    told.add(text);
    return { digest: image.digest ?? madeUpDigest(text) };
  };
};

/** The same for the same reference at every start. */
const madeUpDigest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const referenceOf = (image: ImageReference): string => image.digest ?? image.tag ?? 'latest';
