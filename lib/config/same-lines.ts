import { tryParseImage } from '../image.ts';
import { commonPath } from './overlap.ts';
import { atValue, type Finding, formatPath, type Path } from './problems.ts';
import { list, record, text } from './raw.ts';
import { checkGlob } from './text-checks.ts';

/** An environment as it is written, with the app around it. */
export type Environment = {
  readonly path: Path;
  readonly app: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
};

const repositoryKey = (repo: unknown): string | undefined => {
  const { url, branch } = record(repo);
  if (typeof url !== 'string' || typeof branch !== 'string') return undefined;
  const bare = url.replace(/\/+$/, '').replace(/\.git$/, '');
  // Hosts of Git repositories do not tell apart by case; a file system does.
  return `${bare.startsWith('file:') ? bare : bare.toLowerCase()} ${branch}`;
};

/** One that the schema lets through; the others are told of by it. */
const isGlob = (glob: unknown): glob is string => typeof glob === 'string' && 'value' in checkGlob(glob);

/** Of `files`, and of each of `fields`, with the way to them in the environment. */
const globsOf = ({ fields }: Environment): readonly { readonly at: Path; readonly glob: string }[] => [
  ...list(fields.files).flatMap((glob, at) => (isGlob(glob) ? [{ at: ['files', at], glob }] : [])),
  ...list(fields.fields).flatMap((field, at) => {
    const glob = record(field).files;
    return isGlob(glob) ? [{ at: ['fields', at, 'files'], glob }] : [];
  }),
];

/** Two patterns that are not the same may be about two variants of the image, whose places are told apart at each release. */
const mayBeVariants = (one: Environment, other: Environment): boolean => {
  const [first, second] = [one, other].map(({ fields }) => text(record(fields.tags).pattern));
  return first !== undefined && second !== undefined && first !== second;
};

/**
 * Two environments that would rewrite the same line: same repository, branch and image, and globs that provably overlap. Not
 * where each has a pattern of its own: see `dividePlaces` of lib/release/model/own-places.ts.
 */
export const sameLines = (data: unknown, environments: readonly Environment[]): readonly Finding[] => {
  const repos = record(record(data).configRepos);
  const writers = environments.flatMap((environment) => {
    const image = tryParseImage(text(environment.app.image) ?? '')?.name;
    const name = text(environment.fields.configRepo) ?? '';
    const repo = repositoryKey(repos[name]);
    return image === undefined || repo === undefined ? [] : [{ environment, target: `${repo} ${image}` }];
  });
  return writers.flatMap(({ environment, target }, index) => {
    for (const earlier of writers.slice(0, index)) {
      if (earlier.target !== target || mayBeVariants(earlier.environment, environment)) continue;
      const others = globsOf(earlier.environment);
      for (const { at, glob } of globsOf(environment)) {
        for (const other of others) {
          const path = commonPath(other.glob, glob);
          if (path === undefined) continue;
          const who = formatPath(earlier.environment.path);
          return [
            atValue(
              [...environment.path, ...at],
              `\`${who}\` writes the same lines: the same image, config repo and branch, and files such as \`${path}\`; variants of an image are told apart by a pattern in \`tags\` of each`,
            ),
          ];
        }
      }
    }
    return [];
  });
};
