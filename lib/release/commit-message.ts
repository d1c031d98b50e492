import { familiarName } from '../image.ts';
import type { Release } from './release.ts';

/** A release and what it changes, as the commit message tells it. */
export type Committed = {
  readonly release: Release;
  readonly changes: readonly {
    readonly file: string;
    readonly line: number;
    readonly from: string;
    readonly to: string;
  }[];
};

const maxSubject = 72;

/** One line, without control characters: what came from a webhook must not be able to forge a trailer. */
const oneLine = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 200);

const describe = ({ kind, app, tag, environment }: Release): string =>
  kind === 'undo' ? `Undo ${app} to ${tag} in ${environment}` : `Release ${app} ${tag} to ${environment}`;

/**
 * The message of the one commit for all releases of a batch: a subject, the list of changes, and Git trailers, one set
 * per release (https://git-scm.com/docs/git-interpret-trailers).
 */
export const commitMessage = (committed: readonly Committed[]): string => {
  const [first] = committed;
  const full =
    committed.length === 1 && first !== undefined
      ? describe(first.release)
      : `Release ${committed.length} images: ${committed.map(({ release }) => `${release.app} ${release.tag}`).join(', ')}`;
  const subject = full.length > maxSubject ? `${full.slice(0, maxSubject - 1)}…` : full;
  const changes = committed.flatMap((one) =>
    one.changes.map(
      ({ file, line, from, to }) => `${oneLine(file)}:${line}: ${oneLine(from)} -> ${oneLine(to)}`,
    ),
  );
  const trailers = committed.flatMap(({ release }) => [
    `Release: ${release.id}`,
    `App: ${release.app}`,
    `Environment: ${release.environment}`,
    `Image: ${familiarName(release.image)}:${release.tag}${release.digest === undefined ? '' : `@${release.digest}`}`,
    `Triggered-By: ${oneLine(release.requestedBy)}`,
    ...(release.undoes === undefined ? [] : [`Undoes: ${release.undoes}`]),
  ]);
  return `${oneLine(subject)}\n\n${[...new Set(changes)].join('\n')}\n\n${trailers.join('\n')}\n`;
};
