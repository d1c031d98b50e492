import { TagboatError } from '../../errors.ts';
import { familiarName } from '../../image.ts';
import type { ImageMention } from '../../manifests/rewrite.ts';
import type { NamelessVersion } from '../../manifests/stale-overrides.ts';
import { fileKindText, type Remark } from '../../view/remark.ts';
import type { UnreadFile } from './manifest-files.ts';

const maxNamed = 5;

const isManifestName = ({ path }: UnreadFile): boolean =>
  /\.(?:ya?ml|json)$|(?:^|\/)Kustomization$/.test(path);

/** What people should know of the files although the image was found. Pictures and archives are no surprise. */
export const remarksOn = (
  mentions: readonly ImageMention[],
  unread: readonly UnreadFile[],
): readonly Remark[] => [
  ...mentions
    .filter(({ hasVersion }) => hasVersion)
    .map(({ file, line, text }): Remark => ({ type: 'mention', file, line, text })),
  ...unread
    .filter((one) => isManifestName(one) && one.kind !== 'sops')
    .map(({ path, kind }): Remark => ({ type: 'unread', file: path, kind })),
];

/** The image is in none of the files: where it is mentioned all the same, and which files could not be read. */
export const absentImage = (
  globs: readonly string[],
  { image, app = '' }: { readonly image: string; readonly app?: string | undefined },
  mentions: readonly ImageMention[],
  unread: readonly UnreadFile[],
  nameless: readonly NamelessVersion[] = [],
): TagboatError => {
  const places = mentions.map(({ file, line, column, text }) => `${file}:${line}:${column} (${text})`);
  const message = [
    `no file of ${globs.join(', ')} carries ${familiarName(image)}`,
    ...(places.length === 0
      ? []
      : [
          `it is mentioned at ${listed(places)} in a place that no format reads: mark the value with the comment \`# tagboat: ${app}\`, or name its place under \`fields\`${exampleFor(mentions)}`,
        ]),
    ...nameless
      .slice(0, maxNamed)
      .map(
        ({ file, line, column, name }) =>
          `${file}:${line}:${column} sets a version without saying of which image (${name}): mark it with the comment \`# tagboat: ${app}:tag\`, or name its place as \`tag\` under \`fields\``,
      ),
    ...sentences(unread),
  ].join('; ');
  return new TagboatError('manifest-image-not-found', message);
};

/** The line for the first of the mentions to which a path leads. */
const exampleFor = (mentions: readonly ImageMention[]): string => {
  const found = mentions.find(({ file, path }) => path !== undefined && isPlain(file) && !path.includes("'"));
  return found === undefined ? '' : ` (\`- { files: ${found.file}, path: '${found.path}' }\`)`;
};

/** As a glob it means itself, and needs no quotes. */
const isPlain = (path: string): boolean => /^[A-Za-z0-9][\w./-]*$/.test(path);

/** No file at all, or nothing but symlinks. */
export const noFiles = (globs: readonly string[], links: readonly UnreadFile[]): TagboatError =>
  new TagboatError(
    'manifest-not-found',
    [`no file of the config repo matches ${globs.join(', ')}`, ...sentences(links)].join('; '),
  );

/** What the files are that could not be read, for the end of a message. */
export const sentences = (unread: readonly UnreadFile[]): readonly string[] => {
  const named = unread.slice(0, maxNamed).map(({ path, kind }) => `${path} ${fileKindText[kind]}`);
  return unread.length > maxNamed ? [...named, `and ${unread.length - maxNamed} more cannot be read`] : named;
};

const listed = (places: readonly string[]): string =>
  places.length > maxNamed
    ? `${places.slice(0, maxNamed).join(', ')} and ${places.length - maxNamed} more`
    : places.join(', ');
