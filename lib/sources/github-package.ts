import * as z from 'zod/mini';
import { TagboatError } from '../errors.ts';
import type { Parsed } from '../event.ts';
import type { RawRequest } from '../http.ts';
import { digestIn, imageAt, tagIn } from './images.ts';
import { announced, checkShape, deliveryOf, ignored, person, word } from './payload.ts';

const tagShape = z.object({ name: z.nullish(z.string()), digest: z.nullish(z.string()) });
const packageShape = z.object({
  name: word,
  namespace: z.nullish(word),
  package_type: z.nullish(z.string()),
  ecosystem: z.nullish(z.string()),
  owner: z.nullish(z.object({ login: word })),
  package_version: z.nullish(
    z.object({
      // A reference: of a version without a tag it ends in a bare colon, or has none
      package_url: z.nullish(z.string()),
      container_metadata: z.nullish(
        z.object({
          tag: z.nullish(tagShape),
          manifest: z.nullish(
            z.object({
              digest: z.nullish(z.string()),
              config: z.nullish(z.object({ media_type: z.nullish(z.string()) })),
            }),
          ),
        }),
      ),
    }),
  ),
});
const common = { action: word, sender: z.nullish(z.object({ login: z.unknown() })) };

/** What stands at the top of the payload tells the two events apart; the name of the event in the header is not signed. */
const payloads = {
  package: z.object({ ...common, package: packageShape }),
  registry_package: z.object({ ...common, registry_package: packageShape }),
};

type Package = z.output<typeof packageShape>;

/** GHCR's own host, and that of the containers of a GitHub Enterprise server. */
const isContainerHost = (host: string): boolean => host === 'ghcr.io' || host.startsWith('containers.');

const withoutTag = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');

/**
 * References are in lower case, whatever the casing of the owner. A version that has no URL, as once was so, is of GHCR.
 * @throws TagboatError `payload-invalid`
 */
const imageOf = ({ name, namespace, owner, package_version: version }: Package): string => {
  const url = version?.package_url ?? '';
  const reference = (
    url === '' ? `ghcr.io/${namespace ?? owner?.login ?? ''}/${name}` : withoutTag(url)
  ).toLowerCase();
  const slash = reference.indexOf('/');
  const image = imageAt(reference.slice(0, slash), reference.slice(slash + 1));
  if (image === undefined || !isContainerHost(reference.slice(0, slash)))
    throw new TagboatError('payload-invalid', '`package_version.package_url` is not the name of an image');
  return image;
};

const isHelmChart = (mediaType: string | null | undefined): boolean =>
  mediaType?.startsWith('application/vnd.cncf.helm.') ?? false;

const readPackage = (found: Package, action: string): Parsed | { image: string; tag: string } => {
  if (action !== 'published' && action !== 'updated')
    return ignored('event-not-used', 'only packages that are published or updated are used');
  const type = (found.package_type ?? found.ecosystem ?? '').toLowerCase();
  if (type !== 'container') return ignored('not-an-image', 'the package is not a container');
  const metadata = found.package_version?.container_metadata;
  if (isHelmChart(metadata?.manifest?.config?.media_type))
    return ignored('not-an-image', 'a Helm chart was pushed');
  const image = imageOf(found);
  const tag = tagIn(metadata?.tag?.name);
  return tag === undefined ? ignored('no-tag', `${image} was pushed without a tag`) : { image, tag };
};

/**
 * What GitHub says of its container registry in `package`, which hooks of repositories and organizations get, and in
 * `registry_package`, which GitHub Apps get: one tag an event. Every manifest of an image for several platforms has an event of
 * its own, without a tag.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#package
 * @param event as the header has it
 * @param source the name of the source that it came to
 * @throws TagboatError `payload-invalid`
 */
export const parsePackage = (
  event: keyof typeof payloads,
  request: RawRequest,
  body: unknown,
  source: string,
): Parsed => {
  const payload = checkShape(payloads[event], body);
  const found = 'package' in payload ? payload.package : payload.registry_package;
  const read = readPackage(found, payload.action);
  if ('events' in read) return read;
  const metadata = found.package_version?.container_metadata;
  return announced({
    type: 'image-pushed',
    source,
    delivery: deliveryOf(request, 'x-github-delivery'),
    ...read,
    digest: digestIn(metadata?.tag?.digest) ?? digestIn(metadata?.manifest?.digest),
    actor: person(payload.sender?.login),
  });
};
