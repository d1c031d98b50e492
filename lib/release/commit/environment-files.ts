import type { ImageField } from '../../config/types.ts';
import { TagboatError } from '../../errors.ts';
import { compileGlobs } from '../../git/globs.ts';
import type { ImagePlaces } from '../model/image-places.ts';
import { sentences } from './absent-image.ts';
import type { UnreadFile } from './manifest-files.ts';

/** What of `fields` is meant for a file. */
export const fieldsByFile = ({ fields = [] }: ImagePlaces): ((path: string) => readonly ImageField[]) => {
  const compiled = fields.map((field) => ({ field, globs: compileGlobs([field.files]) }));
  return (path) => compiled.flatMap(({ field, globs }) => (globs.matches(path) ? [field] : []));
};

const maxNamed = 5;

/**
 * @param files paths of all files that were read
 * @param unread those that could not be
 * @param found those of the fields that led to the image
 * @throws TagboatError `manifest-field-not-found` for a field that is nowhere: what stands there would stay as it is
 */
export const checkFieldsFound = (
  places: ImagePlaces,
  files: readonly string[],
  unread: readonly UnreadFile[],
  found: ReadonlySet<ImageField>,
): void => {
  const missing = (places.fields ?? []).find((field) => !found.has(field));
  if (missing === undefined) return;
  const globs = compileGlobs([missing.files]);
  const read = files.filter((path) => globs.matches(path));
  const unreadable = unread.filter(({ path }) => globs.matches(path));
  const [first] = read;
  if (first === undefined)
    throw new TagboatError(
      'manifest-field-not-found',
      [
        `no ${unreadable.length === 0 ? 'file' : 'readable file'} of the config repo matches ${missing.files}, which \`fields\` names`,
        ...sentences(unreadable),
      ].join('; '),
    );
  const what = `has the image at ${describe(missing)}, which \`fields\` names`;
  const document = missing.kind ?? 'document';
  if (read.length === 1)
    throw new TagboatError('manifest-field-not-found', `no ${document} ${what}`, { at: { file: first } });
  const where = read.length > maxNamed ? `the ${read.length} files of ${missing.files}` : read.join(', ');
  throw new TagboatError('manifest-field-not-found', `no ${document} of ${where} ${what}`);
};

const describe = ({ path, name, tag }: ImageField): string =>
  path ?? [name, tag].filter((one) => one !== undefined).join(' and ');
