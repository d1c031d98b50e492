import * as z from 'zod/mini';
import { jsonOrUndefined } from '../../../../lib/json.ts';
import { isKnownDigest } from './digest.ts';
import { RegistryError } from './errors.ts';

/** What a manifest points at. */
export type Descriptor = { readonly mediaType: string; readonly size: number; readonly digest: string };

export type ParsedManifest = {
  readonly mediaType: string;
  /** An image points at blobs, an index at other manifests. */
  readonly kind: 'image' | 'index';
  /** In the order of CNCF Distribution's notifications: config, then layers; or the manifests. */
  readonly references: readonly Descriptor[];
};

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
const kinds: Readonly<Record<string, ParsedManifest['kind']>> = {
  [ociManifest]: 'image',
  'application/vnd.docker.distribution.manifest.v2+json': 'image',
  [ociIndex]: 'index',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
};

const descriptor = z.object({
  mediaType: z.string(),
  size: z.int().check(z.nonnegative()),
  digest: z.string().check(z.refine(isKnownDigest)),
  urls: z.optional(z.array(z.string())),
});
const header = { schemaVersion: z.literal(2), mediaType: z.optional(z.string()) };
const image = z.object({ ...header, config: descriptor, layers: z.array(descriptor) });
const index = z.object({ ...header, manifests: z.array(descriptor) });

/**
 * Reads a manifest of the four kinds there are today.
 * https://github.com/opencontainers/image-spec/blob/main/manifest.md
 * @param contentType of the request; the manifest's own media type, where it names one, has to be the same
 * @throws RegistryError `MANIFEST_INVALID`
 */
export const parseManifest = (bytes: Uint8Array, contentType: string | undefined): ParsedManifest => {
  const value = jsonOrUndefined(Buffer.from(bytes).toString());
  if (value === undefined) throw invalid('manifest is not JSON');
  const stated = z.object(header).safeParse(value).data?.mediaType;
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? stated ?? '';
  const kind = Object.hasOwn(kinds, mediaType) ? kinds[mediaType] : undefined;
  if (kind === undefined) throw invalid('unrecognized manifest content type', mediaType);
  if (stated !== undefined && stated !== mediaType)
    throw invalid('mediaType in the manifest is not the Content-Type of the request', stated);
  return { mediaType, kind, references: kind === 'image' ? imageReferences(value) : indexReferences(value) };
};

/** True for a layer that is fetched from elsewhere and need not be here. */
const isForeign = (layer: z.infer<typeof descriptor>): boolean =>
  /foreign|nondistributable/.test(layer.mediaType) && (layer.urls?.length ?? 0) > 0;

const imageReferences = (value: unknown): readonly Descriptor[] => {
  const parsed = image.safeParse(value);
  if (!parsed.success) throw invalid('manifest is not of its media type', z.prettifyError(parsed.error));
  return [parsed.data.config, ...parsed.data.layers.filter((layer) => !isForeign(layer))].map(bare);
};

const indexReferences = (value: unknown): readonly Descriptor[] => {
  const parsed = index.safeParse(value);
  if (!parsed.success) throw invalid('index is not of its media type', z.prettifyError(parsed.error));
  return parsed.data.manifests.map(bare);
};

const bare = ({ mediaType, size, digest }: Descriptor): Descriptor => ({ mediaType, size, digest });

const invalid = (message: string, detail?: unknown): RegistryError =>
  new RegistryError('MANIFEST_INVALID', message, detail);
