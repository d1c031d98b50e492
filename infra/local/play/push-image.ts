import { createHash } from 'node:crypto';
import type { ImageReference } from '../../../lib/image.ts';
import type { BasicCredentials } from '../runtime/gateway/basic-auth.ts';
import type { Stack } from '../stack/types.ts';
import { registryPasswordVariable, registryUser } from '../state/secrets.ts';
import { type ShellRequest, userAndPassword } from './hook.ts';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

/** An image that nobody runs needs no more than an empty configuration. */
const config = '{}';

/** Where pushes go, and what they need. */
type Pushing = Pick<Stack, 'url' | 'secrets'>;

/** Of who may push to the local registry. */
export const registryCredentials = ({ secrets }: Pick<Stack, 'secrets'>): BasicCredentials => ({
  username: registryUser,
  password: secrets[registryPasswordVariable] ?? '',
});

/** How an image is pushed to the local registry, from a shell. */
export type ImagePush = {
  readonly requests: readonly ShellRequest[];
  /** Of the image that these requests make. */
  readonly digest: string;
};

/**
 * The two requests that push a small image: a blob, and a manifest that names it and the tag.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
 * @param path within the registry
 */
export const imagePush = (stack: Pushing, path: string, tag: string): ImagePush => {
  const digest = digestOf(config);
  const credentials = registryCredentials(stack);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest,
      size: Buffer.byteLength(config),
    },
    layers: [],
    // So that another tag is another image.
    annotations: { 'org.opencontainers.image.version': tag },
  });
  return {
    requests: [
      {
        url: `${stack.url}/v2/${path}/blobs/uploads/?digest=${digest}`,
        credentials,
        headers: { 'content-type': 'application/octet-stream' },
        body: config,
      },
      {
        method: 'PUT',
        url: `${stack.url}/v2/${path}/manifests/${tag}`,
        credentials,
        headers: { 'content-type': ociManifest },
        body: manifest,
      },
    ],
    digest: digestOf(manifest),
  };
};

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/**
 * The line that copies a real image under that tag to the local registry. skopeo wants names with their hosts.
 * https://github.com/containers/skopeo/blob/main/docs/skopeo-copy.1.md
 */
export const skopeoCopy = (
  stack: Pushing,
  image: ImageReference,
  { from, to }: { readonly from: string; readonly to: string },
): string => {
  const { host } = new URL(stack.url);
  const credentials = userAndPassword(registryCredentials(stack));
  return `skopeo copy --dest-tls-verify=false --dest-creds=${credentials} docker://${image.name}:${from} docker://${host}/${image.path}:${to}`;
};

/** After which docker may push; it takes registries of this machine without TLS. */
export const dockerLogin = (stack: Pushing): string => {
  const { username, password } = registryCredentials(stack);
  return `docker login -u ${username} -p ${password} ${new URL(stack.url).host}`;
};
