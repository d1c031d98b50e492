import { type Clock, systemClock } from '../../../lib/clock.ts';
import { type ErrorCode, TagboatError } from '../../../lib/errors.ts';
import { isUnderWay } from '../../../lib/release/release.ts';
import type { ReleaseView } from '../../../lib/release/view.ts';
import type { SlackMessage } from './inbox.ts';
import { readable } from './send.ts';

export type FollowOptions = {
  /** `http://127.0.0.1:8787` */
  readonly origin: string;
  /** Of `GET /releases`, where it asks for one. */
  readonly token: string | undefined;
  /** What the command that was acknowledged asked for. */
  readonly undo: { readonly app: string; readonly environment: string; readonly to?: string | undefined };
  /** Under which answers to the command arrive. */
  readonly responseId: string;
  /** Called with every answer, once. */
  readonly show: (text: string) => void;
  /** Milliseconds after which it is given up. */
  readonly patienceMs: number;
  readonly clock?: Clock;
};

const pollMs = 100;
/** How long the last answer may come after the end that it is about, in milliseconds. */
const lastAnswerMs = 2000;

/**
 * Follows the undo that a command asked for, whoever asked for it first, to its end, and shows the answers to the
 * command meanwhile.
 * @returns the release as it ended, or as it is when patience does; undefined where there is none
 * @throws TagboatError `local-stack-missing` where the stack ends meanwhile, `unauthorized`
 */
export const followUndo = async (options: FollowOptions): Promise<ReleaseView | undefined> => {
  const { clock = systemClock } = options;
  const showAnswers = createAnswers(options);
  const deadline = clock.now() + options.patienceMs;
  let release: ReleaseView | undefined;
  for (;;) {
    release = await look(options, release?.id);
    const newest = await showAnswers();
    if (release !== undefined && !isUnderWay(release.state)) {
      const latest = clock.now() + lastAnswerMs;
      let last = newest;
      while (last < release.updatedAt && clock.now() < latest) {
        await clock.sleep(pollMs);
        last = await showAnswers();
      }
      return release;
    }
    if (clock.now() > deadline) return release;
    await clock.sleep(pollMs);
  }
};

/** The state that a release is in, on one line. */
export const describeEnd = (release: ReleaseView): string => {
  const what = release.kind === 'undo' ? `undo to ${release.tag}` : release.tag;
  const commit = release.commit === null ? '' : `, commit ${release.commit.slice(0, 7)}`;
  const why = release.state === 'healthy' || release.reason === null ? '' : `: ${release.reason}`;
  return `${release.state}: ${release.app} ${release.environment}, ${what}${commit}, release ${release.id}${why}`;
};

/** The release by its id, or, while that is not known, the newest undo that the command can have meant. */
const look = async (
  { origin, token, undo }: FollowOptions,
  id: string | undefined,
): Promise<ReleaseView | undefined> => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (id !== undefined) return (await ask(origin, `/releases/${id}`, headers)) as ReleaseView;
  const { app, environment, to } = undo;
  const query = new URLSearchParams({ app, environment, limit: '50' });
  const { releases } = (await ask(origin, `/releases?${query}`, headers)) as {
    readonly releases: readonly ReleaseView[];
  };
  return releases.find(({ kind, tag }) => kind === 'undo' && (to === undefined || tag === to));
};

/** @returns a function that shows what is new, and answers when the newest answer came (ISO 8601) */
const createAnswers = ({ origin, responseId, show }: FollowOptions) => {
  const shown = new Set<string>();
  let newest = '';
  return async (): Promise<string> => {
    const { messages } = (await ask(origin, '/local/slack')) as {
      readonly messages: readonly SlackMessage[];
    };
    for (const message of messages.toReversed()) {
      if (message.to !== responseId || shown.has(message.id)) continue;
      shown.add(message.id);
      if (message.at > newest) newest = message.at;
      show(readable(message.text));
    }
    return newest;
  };
};

const ask = async (
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> => {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${origin}${path}`, { headers });
    body = await response.json();
  } catch (cause) {
    throw new TagboatError('local-stack-missing', `the local stack at ${origin} does not answer any more`, {
      cause,
    });
  }
  if (response.ok) return body;
  const code: ErrorCode = response.status === 401 ? 'unauthorized' : 'local-stack-missing';
  throw new TagboatError(code, `GET ${path} of ${origin} answered ${response.status}`);
};
