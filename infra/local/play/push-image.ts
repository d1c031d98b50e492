import { createHash } from 'node:crypto';
import type { ImageReference } from '../../../lib/image.ts';
import type { Stack } from '../stack/types.ts';
import type { ShellRequest } from './hook.ts';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

/** An image that nobody runs needs no more than an empty configuration. */
const config = '{}';

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
export const imagePush = (stack: Pick<Stack, 'url'>, path: string, tag: string): ImagePush => {
  const digest = digestOf(config);
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
        headers: { 'content-type': 'application/octet-stream' },
        body: config,
      },
      {
        method: 'PUT',
        url: `${stack.url}/v2/${path}/manifests/${tag}`,
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
  stack: Pick<Stack, 'url'>,
  image: ImageReference,
  { from, to }: { readonly from: string; readonly to: string },
): string => {
  const { host } = new URL(stack.url);
  return `skopeo copy --dest-tls-verify=false docker://${image.name}:${from} docker://${host}/${image.path}:${to}`;
};
