import { isDigest } from '../image.ts';
import { jsonOrUndefined } from '../json.ts';
import { mapping } from '../mapping.ts';
import type { Answer } from './transport.ts';

/** Asks the registry for a path below that of the image, `manifests/…` or `blobs/…`. */
type Ask = (path: string) => Promise<Answer>;

/** There were no images of containers before; builds that are to be reproducible say 1970 or 1980. */
const firstImages = Date.UTC(2013, 0, 1);

const digestIn = (descriptor: unknown): string | undefined => {
  const { digest } = mapping(descriptor);
  return typeof digest === 'string' && isDigest(digest) ? digest : undefined;
};

/**
 * When an image was made, in milliseconds since 1970, as its configuration says; of an index, as its first image does.
 * https://github.com/opencontainers/image-spec/blob/main/config.md
 * @returns undefined where the registry does not have it, or it does not say, or says what cannot be
 * @throws what `ask` throws
 */
export const readCreated = async (ask: Ask, reference: string): Promise<number | undefined> => {
  const read = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    const { status, body } = await ask(path);
    return status === 200 ? mapping(jsonOrUndefined(Buffer.from(body).toString())) : {};
  };
  const top = await read(`manifests/${reference}`);
  const first = Array.isArray(top.manifests) ? digestIn(top.manifests[0]) : undefined;
  const { config } = first === undefined ? top : await read(`manifests/${first}`);
  const digest = digestIn(config);
  const { created } = digest === undefined ? {} : await read(`blobs/${digest}`);
  const at = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return at >= firstImages ? at : undefined;
};
