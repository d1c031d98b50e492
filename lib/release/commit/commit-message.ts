import { actorText } from '../../actor.ts';
import { fillSubject } from '../../config/subject-template.ts';
import type { CommitConfig } from '../../config/types.ts';
import type { CommitMeta } from '../../git/remote.ts';
import { familiarName } from '../../image.ts';
import { printableLine } from '../../printable.ts';
import type { Release } from '../model/release.ts';

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
/** What a cut may leave at the end. */
const halfCharacter = /[\ud800-\udbff]$/;
const defaultAuthor = { name: 'Tagboat', email: 'tagboat@noreply.invalid' };

/** For what has no bounds of its own. */
const short = (text: string, maxLength = 200): string => {
  const line = printableLine(text);
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).replace(halfCharacter, '')}…` : line;
};

const describe = ({ kind, app, tag, environment }: Release): string =>
  kind === 'undo' ? `Undo ${app} to ${tag} in ${environment}` : `Release ${app} ${tag} to ${environment}`;

/** The subject of a commit for one release. An undo restores the tag that it names. */
const subjectOf = (release: Release, template: string | undefined): string => {
  if (template === undefined) return describe(release);
  const filled = fillSubject(template, {
    app: release.app,
    tag: printableLine(release.tag),
    environment: release.environment,
    image: familiarName(release.image),
    release: release.id,
    requestedBy: printableLine(actorText(release.requestedBy)),
    verb: release.kind === 'undo' ? 'Restore' : 'Release',
  });
  // Else Git would take the next line for the subject
  return printableLine(filled) === '' ? describe(release) : filled;
};

/**
 * The message of the one commit for all releases of a batch: a subject, the list of changes, and Git trailers, one set
 * per release (https://git-scm.com/docs/git-interpret-trailers).
 * @param template of the subject where there is one release; checked when tagboat.yml was read
 */
export const commitMessage = (committed: readonly Committed[], template?: string): string => {
  const [first] = committed;
  const full =
    committed.length === 1 && first !== undefined
      ? subjectOf(first.release, template)
      : `Release ${committed.length} images: ${committed.map(({ release }) => `${release.app} ${release.tag}`).join(', ')}`;
  const changes = committed.flatMap((one) =>
    one.changes.map(({ file, line, from, to }) => `${short(file)}:${line}: ${short(from)} -> ${short(to)}`),
  );
  const trailers = committed.flatMap(({ release }) => [
    `Release: ${release.id}`,
    `App: ${release.app}`,
    `Environment: ${release.environment}`,
    `Image: ${printableLine(`${familiarName(release.image)}:${release.tag}${release.digest === undefined ? '' : `@${release.digest}`}`)}`,
    `Triggered-By: ${short(actorText(release.requestedBy))}`,
    ...(release.undoes === undefined ? [] : [`Undoes: ${release.undoes}`]),
  ]);
  return `${short(full, maxSubject)}\n\n${[...new Set(changes)].join('\n')}\n\n${trailers.join('\n')}\n`;
};

/**
 * The message of the commit, and whom it names, as the config repo has it in tagboat.yml.
 * @param time milliseconds since 1970
 */
export const commitMeta = (
  committed: readonly Committed[],
  config: CommitConfig | undefined,
  time: number,
): CommitMeta => ({
  message: commitMessage(committed, config?.subject),
  author: config?.author ?? defaultAuthor,
  ...(config?.committer === undefined ? {} : { committer: config.committer }),
  time,
});
