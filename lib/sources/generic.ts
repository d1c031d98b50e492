import type { SourceConfig } from '../config/types.ts';
import { TagboatError } from '../errors.ts';
import { type SourceEvent, unnamedDelivery } from '../event.ts';
import { isDigest, isTag, tryParseImage } from '../image.ts';
import { maxPlaces, placesAtPath, tryParseJsonPath, valueAtPath } from '../json-path.ts';
import { eachOnce } from './images.ts';
import { ignored, objectId, parseJson, word } from './payload.ts';
import type { Proof } from './proof.ts';
import { repositoryOf } from './repository.ts';
import type { Source } from './source.ts';

type Field = 'image' | 'repository' | 'tag' | 'digest' | 'revision';

const refuse = (field: Field, what: string): never => {
  throw new TagboatError('payload-invalid', `\`${field}\` ${what}`);
};

/** Where a field stands: as configured, or under its own name at the top. Undefined where tagboat.yml has its value. */
const pathOf = (field: Field, config: SourceConfig) =>
  tryParseJsonPath((field === 'revision' ? undefined : config[field]) ?? `$.${field}`);

/** What the fields say at one place of a payload. */
type Reader = (field: Field) => string | undefined;

const readerAt =
  (body: unknown, config: SourceConfig, indices: readonly number[]): Reader =>
  (field) => {
    const path = pathOf(field, config);
    if (path === undefined) return field === 'revision' ? undefined : config[field];
    const value = valueAtPath(body, path, indices);
    if (value === undefined || value === null || value === '') return undefined;
    // The number of a build is a tag; a fraction would have lost its zeros
    const checked = word.safeParse(Number.isSafeInteger(value) ? String(value) : value);
    return checked.success ? checked.data : refuse(field, 'is not a text');
  };

/** An image or a repository: the one that is configured, or else the one that the payload names. */
const subjectAt = (read: Reader, config: SourceConfig) => {
  const isOpen = config.image === undefined && config.repository === undefined;
  const image = isOpen || config.image !== undefined ? read('image') : undefined;
  const repository = isOpen || config.repository !== undefined ? read('repository') : undefined;
  if (image !== undefined && repository !== undefined)
    return refuse('image', 'and `repository` are both given: announce them one by one');
  if (image !== undefined)
    return { image: tryParseImage(image) ?? refuse('image', 'is not the name of an image') };
  return {
    repository: repository ?? refuse(config.repository === undefined ? 'image' : 'repository', 'is missing'),
  };
};

const isSigned = ({ signature }: SourceConfig): boolean => signature !== 'token';

/** Undefined where the payload, of somebody else's making, has no tag at this place. */
const eventAt = (read: Reader, config: SourceConfig): SourceEvent | undefined => {
  const subject = subjectAt(read, config);
  const tag = read('tag') ?? subject.image?.tag;
  if (tag === undefined) return config.tag === undefined ? refuse('tag', 'is missing') : undefined;
  const common = { source: 'generic', delivery: unnamedDelivery, tag, actor: undefined };
  if (subject.image === undefined) {
    const url = subject.repository.includes('://') ? subject.repository : `https://${subject.repository}`;
    const revision = read('revision');
    if (revision !== undefined && !objectId.safeParse(revision).success)
      refuse('revision', 'is not the id of a commit');
    return { type: 'tag-pushed', ...common, repository: repositoryOf(url), revision };
  }
  if (!isTag(tag)) refuse('tag', 'is not a tag');
  const digest = read('digest') ?? subject.image.digest;
  if (digest !== undefined && !isDigest(digest)) refuse('digest', 'is not a digest');
  // A token says who sent a body, and not that it is whole
  return {
    type: 'image-pushed',
    ...common,
    image: subject.image.name,
    digest: isSigned(config) ? digest : undefined,
  };
};

const hmac = { type: 'hmac', algorithm: 'sha256' } as const;

/**
 * Whatever can send JSON with a secret: a CI job that announces what it has pushed, in the words of `docs/sources.md`, or a system
 * that nobody has written a source for, with the paths of its payload in tagboat.yml.
 */
export const generic: Source = {
  name: 'generic',
  needs: ['secret'],
  takes: ['signature', 'header', 'image', 'repository', 'tag', 'digest', 'images', 'repositories'],
  proofs: (config): readonly Proof[] => {
    if (!isSigned(config))
      return [{ type: 'token', header: config.header ?? 'authorization', schemes: ['Bearer '] }];
    const header = config.header ?? 'x-tagboat-signature';
    return [
      { ...hmac, header, prefix: 'sha256=' },
      { ...hmac, header },
    ];
  },
  parse: (request, config) => {
    const body = parseJson(request.body);
    const places = placesAtPath(body, pathOf('tag', config) ?? []);
    if (places === undefined) return refuse('tag', `leads to more than ${maxPlaces} places`);
    const events = places.map((indices) => eventAt(readerAt(body, config, indices), config));
    const found = events.filter((event) => event !== undefined);
    if (found.length === 0) return ignored('no-tag', 'the payload names no tag');
    return { events: eachOnce(found), ignored: [] };
  },
};
